"""In which order jobs take the ids of one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["order_steps"]


def order_steps(pairs: Sequence[tuple[str, str]]) -> list[int]:
    """Return positions of pairs of old and new id in an order in which each new id is free.

    Of a circle, one job goes aside to an id of its own first, and takes its new one last: its
    position is there twice.

    Parameters
    ----------
    pairs : sequence of (str, str)
        No old id is there twice, and no new id.
    """
    position = {old: number for number, (old, _) in enumerate(pairs)}
    seen = [False] * len(pairs)
    order: list[int] = []
    for start in range(len(pairs)):
        chain: list[int] = []
        number: int | None = start
        while number is not None and not seen[number]:
            seen[number] = True
            chain.append(number)
            number = position.get(pairs[number][1])
        if chain and number == start:
            order.append(chain[-1])
            order.extend(reversed(chain[:-1]))
            order.append(chain[-1])
        else:
            order.extend(reversed(chain))
    return order
