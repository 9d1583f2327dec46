"""Fan events out inside one web process: one reader for all open pages, a bounded queue for each."""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

from app.events.log import Event

# A page this many events behind is cut off; it comes back by itself and catches up from the log.
MAX_BEHIND = 1000
# Ids remembered, so that what came over Redis is not told again when it is found in the log.
_REMEMBERED = 10_000


class Subscription:
    """One open page's events, already in the form in which they are sent."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()

    def put(self, message: bytes) -> bool:
        """Add a message; False when the page is too far behind and was cut off instead."""
        if self._queue.qsize() >= MAX_BEHIND:
            self.close()
            return False
        self._queue.put(message)
        return True

    def close(self) -> None:
        """End the stream after what is queued."""
        self._queue.put(None)

    def messages(self, heartbeat_seconds: float) -> Iterator[bytes | None]:
        """Yield messages as they come, None whenever nothing came for `heartbeat_seconds`; ends when closed."""
        while True:
            try:
                message = self._queue.get(timeout=heartbeat_seconds)
            except Empty:
                yield None
                continue
            if message is None:
                return
            yield message


class Hub:
    """Hands each event once to every subscription of its owner.

    `make_pumps` gives the loops that bring events, each at its place already: what is logged after that call is
    delivered. They are started with the first subscription, because a process must be forked before its threads
    start, and must return soon after `is_open` turns false.
    """

    def __init__(
        self, encode: Callable[[Event], bytes], make_pumps: Callable[["Hub"], list[Callable[[], None]]]
    ) -> None:
        self._encode = encode
        self._make_pumps = make_pumps
        self._lock = threading.Lock()
        self._is_started = False
        self._told: OrderedDict[int, None] = OrderedDict()
        self._subscriptions: defaultdict[int, set[Subscription]] = defaultdict(set)
        self._closing = threading.Event()

    @property
    def is_open(self) -> bool:
        return not self._closing.is_set()

    def pause(self, seconds: float) -> None:
        """Wait, but not past the hub's end."""
        self._closing.wait(seconds)

    def subscribe(self, owner_id: int) -> Subscription:
        """Begin to collect an owner's events. The pumps are running when this returns."""
        self._start()
        subscription = Subscription()
        with self._lock:
            self._subscriptions[owner_id].add(subscription)
        if not self.is_open:
            subscription.close()
        return subscription

    def unsubscribe(self, owner_id: int, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions[owner_id].discard(subscription)

    def deliver(self, event: Event) -> None:
        """Give an event to every page of its owner, unless it was given before."""
        with self._lock:
            if event.id in self._told:
                return
            self._told[event.id] = None
            if len(self._told) > _REMEMBERED:
                self._told.popitem(last=False)
            listening = list(self._subscriptions[event.owner_id])
        message = self._encode(event)
        for subscription in listening:
            if not subscription.put(message):
                self.unsubscribe(event.owner_id, subscription)

    def count(self) -> int:
        """Return how many pages are open."""
        with self._lock:
            return sum(map(len, self._subscriptions.values()))

    def close(self) -> None:
        """End every stream; pages come back to whoever answers next."""
        self._closing.set()
        with self._lock:
            everybody = [one for those in self._subscriptions.values() for one in those]
        for subscription in everybody:
            subscription.close()

    def _start(self) -> None:
        with self._lock:
            if self._is_started:
                return
            for pump in self._make_pumps(self):
                threading.Thread(target=pump, daemon=True).start()
            self._is_started = True
