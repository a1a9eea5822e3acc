"""Many hands at one moment, each on a connection of its own and on committed rows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of them at one moment, each in its own thread; what each gave, or the error it raised.

    Everybody has connected before the first begins, so that they really meet.
    """
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def work(place: int) -> None:
        try:
            connections["default"].ensure_connection()
            start.wait(20)
            results[place] = acts[place]()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "Somebody waits for ever."
    return results


def times(count: int, act: Callable[[], T]) -> list[Any]:
    """The same act by `count` hands at one moment."""
    return together([act] * count)
