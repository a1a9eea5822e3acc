"""Typed registries: where a lower layer asks, and a higher one answers in its `hooks.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Named answers of one type, checked when they are registered and not when they are used.

    `kind` is the class that every value must be an instance of, or a test such as `callable`.
    """

    def __init__(self, name: str, kind: type[T] | Callable[..., Any]) -> None:
        self.name = name
        self._kind = kind
        self._values: dict[str, T] = {}

    def register(self, key: str, value: T) -> T:
        if not self._fits(value):
            raise TypeError(f"{self.name}: {key!r} is {value!r}, which is not {self._kind!r}")
        if key in self._values and self._values[key] is not value:
            raise ValueError(f"{self.name}: {key!r} is registered twice")
        self._values[key] = value
        return value

    def unregister(self, key: str) -> None:
        """Take a value out again; tests that register their own channel need it."""
        self._values.pop(key, None)

    def get(self, key: str) -> T | None:
        return self._values.get(key)

    def __getitem__(self, key: str) -> T:
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def items(self) -> list[tuple[str, T]]:
        return list(self._values.items())

    def values(self) -> list[T]:
        return list(self._values.values())

    def _fits(self, value: object) -> bool:
        if isinstance(self._kind, type):
            return isinstance(value, self._kind)
        return bool(self._kind(value))


class Slot(Generic[T]):
    """A place for exactly one implementation, such as the meter that billing brings."""

    def __init__(self, name: str, kind: type[T]) -> None:
        self.name = name
        self._kind = kind
        self._value: T | None = None

    def fill(self, value: T) -> None:
        if not isinstance(value, self._kind):
            raise TypeError(f"{self.name}: {value!r} is not a {self._kind.__name__}")
        self._value = value

    def get(self) -> T | None:
        return self._value

    def require(self) -> T:
        if self._value is None:
            raise LookupError(f"Nothing fills the slot {self.name!r}; is its app installed?")
        return self._value
