"""A value that is carried around without being seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")

_STARS = "****"


class Secret(Generic[T]):
    """A value that shows itself to nobody but who calls `reveal()`.

    Printing, formatting and logging give stars; JSON and pickle refuse it, so that it does not end
    in a queue, a cache or a page. One that comes from the database is decrypted when revealed.
    """

    __slots__ = ("_open", "origin")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: T) -> None:
        self._open: Callable[[], T] = lambda: value
        self.origin: object = None

    @classmethod
    def closed(cls, open_it: Callable[[], T], *, origin: object) -> Secret[T]:
        secret = cls.__new__(cls)
        secret._open = open_it
        secret.origin = origin
        return secret

    def reveal(self) -> T:
        """Raises SecretUnreadable or MasterKeyMissing."""
        return self._open()

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and bool(self.reveal() == other.reveal())

    def __repr__(self) -> str:
        return f"Secret({_STARS})"

    def __str__(self) -> str:
        return _STARS

    def __format__(self, spec: str) -> str:
        return _STARS

    def __copy__(self) -> Secret[T]:
        return self

    def __deepcopy__(self, memo: object) -> Secret[T]:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A secret is not pickled. Reveal it where it is used.")


def mask(value: str) -> str:
    """Enough of a key to recognize it: the first 8, four stars, the last 4 (specification 6.10).

    Only from 16 characters on; a shorter one would be shown whole, so less of it is.
    """
    if len(value) >= 16:
        return f"{value[:8]}{_STARS}{value[-4:]}"
    if len(value) >= 12:
        return _STARS + value[-4:]
    return _STARS if value else ""
