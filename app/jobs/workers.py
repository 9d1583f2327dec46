"""The register of workers: who is there, and when each was last heard from."""

import os
import socket
from datetime import timedelta

from sqlalchemy import delete, update

from app.jobs.transactions import Transaction, Transactions
from app.models import Worker

# Rows of workers that died without leaving are kept this long for people to see, then forgotten.
_FORGET = timedelta(hours=1)


class Workers:
    """Keeps one worker's row. Must be used inside the app's context."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def enter(self, *, seats: int, jail: dict[str, str]) -> int:
        """Register this process and return its worker id."""

        def work(transaction: Transaction) -> int:
            now = transaction.now
            transaction.session.execute(delete(Worker).where(Worker.heartbeat_at < now - _FORGET))
            worker = Worker(
                host=socket.gethostname()[:255],
                pid=os.getpid(),
                seats=seats,
                heartbeat_at=now,
                jail=jail,
                created_at=now,
                updated_at=now,
            )
            transaction.session.add(worker)
            transaction.session.flush()
            return worker.id

        return self._transactions.run(work)

    def beat(self, worker_id: int, *, is_draining: bool = False) -> None:
        """Tell that the worker is alive."""

        def work(transaction: Transaction) -> None:
            values = {"heartbeat_at": transaction.now, "is_draining": is_draining, "updated_at": transaction.now}
            transaction.session.execute(update(Worker).where(Worker.id == worker_id).values(values))

        self._transactions.run(work)

    def leave(self, worker_id: int) -> None:
        """Strike the worker off the register."""

        def work(transaction: Transaction) -> None:
            transaction.session.execute(delete(Worker).where(Worker.id == worker_id))

        self._transactions.run(work)
