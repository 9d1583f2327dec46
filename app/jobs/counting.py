"""Counting that stops where people stop: to say how many of a million there are takes a fifth of a second."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

COUNT_LIMIT = 1000


def count_each(session: Session, some: Mapping[str, list[Select[Any]]]) -> dict[str, int]:
    """Return how many rows the queries under each name find together, in one question; at most COUNT_LIMIT + 1."""
    counts = [
        select(literal(name).label("name"), func.count().label("n")).select_from(
            query.limit(COUNT_LIMIT + 1).subquery()
        )
        for name, queries in some.items()
        for query in queries
    ]
    totals = dict.fromkeys(some, 0)
    for name, number in session.execute(union_all(*counts)):
        totals[name] = min(totals[name] + number, COUNT_LIMIT + 1)
    return totals


def count_text(number: int) -> str:
    """Write a count that may not have been counted to its end."""
    return f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else str(number)
