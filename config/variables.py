"""What a variable of the environment is: a name, a type, a default, and a meaning in words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Generic, TypeVar
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

BASE_DIR: Final = Path(__file__).resolve().parent.parent

_catalogue: list[Setting[object]] = []


class Setting(Generic[T]):
    """One variable of the environment, read when it is asked for."""

    def __init__(
        self,
        name: str,
        kind: Callable[[str], T],
        default: T,
        about: str,
        *,
        group: str,
        is_secret: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.about = about
        self.group = group
        self.is_secret = is_secret
        _catalogue.append(self)  # type: ignore[arg-type]

    def get(self) -> T:
        """The value given, else the default.

        Raises ImproperlyConfigured with a sentence when the text does not fit the type, or when
        the file that `NAME_FILE` names cannot be read.
        """
        text = self._text()
        if text is None:
            return self.default
        try:
            return self.kind(text)
        except ValueError as error:
            shown = "given" if self.is_secret else repr(text)
            raise ImproperlyConfigured(
                f"{self.name} is {shown}, which is not {_kind_in_words(self.kind)}."
            ) from (None if self.is_secret else error)

    @property
    def is_given(self) -> bool:
        return self._text() is not None

    def _text(self) -> str | None:
        text = os.environ.get(self.name, "").strip()
        if text or not self.is_secret:
            return text or None
        path = os.environ.get(f"{self.name}_FILE", "").strip()
        return _read_secret(self.name, Path(path)) if path else None


def _read_secret(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from error


def flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError(text)


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def pairs(text: str) -> dict[str, str]:
    named = (word.partition("=") for word in words(text))
    found = {name.strip(): value.strip() for name, equals, value in named if equals}
    if len(found) < len(words(text)):
        raise ValueError(text)
    return found


def path(text: str) -> Path:
    return (BASE_DIR / Path(text).expanduser()).resolve()


def _kind_in_words(kind: Callable[[str], object]) -> str:
    return {
        flag: "yes or no",
        words: "a list separated by commas",
        pairs: "a list of name=value separated by commas",
        int: "a whole number",
        float: "a number",
        path: "a path",
    }.get(kind, "valid")


def numbered_database(url: str, number: int) -> str:
    """The same Redis server, another of its databases. `redis://host:6379/0` -> `…/3`"""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{number}"))


def next_database(url: str) -> str:
    return numbered_database(url, int(urlsplit(url).path.strip("/") or 0) + 1)


def settings_of_the_environment() -> Iterator[Setting[object]]:
    return iter(_catalogue)
