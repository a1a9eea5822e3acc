"""The registry of personal data: every field of every table, marked as personal or as plain.

Each app fills it from its `privacy.py`. Export, erasure, retention, the page "Your data" and
docs/privacy.md are generated from it, and a test fails on a field that nobody marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.apps import apps
from django.db import models

from config.kernel.fields import EncryptedJSON, EncryptedText
from config.kernel.hooks import Registry


class Category(Enum):
    """What kind of personal data a field holds, in words for people."""

    CONTACT = "Name and address"
    SIGN_IN = "Sign-in"
    ACTIVITY = "What you did"
    WORDS = "What you wrote to us"
    CHOICES = "Your choices"
    PROFILE = "Public profile"
    CONTENT = "The team's content"
    TECHNICAL = "Technical traces"


class Keep(Enum):
    """How long: words for people, and days where a job removes the rows."""

    ACCOUNT = ("As long as your account exists", None)
    TEAM = ("As long as the team exists", None)
    DELETED = ("Until 30 days after it was deleted", 30)
    AUDIT = ("90 days; 730 days for security, privacy and billing", 730)
    ANSWERS = ("30 days", 30)
    LOOK_UPS = ("90 days", 90)
    CONVERSATIONS = ("180 days after it was ended; what is open stays", 180)
    NOTICES = ("180 days", 180)
    INVITATIONS = ("90 days after its end", 90)
    TICKETS = ("730 days after it was resolved", 730)
    DAY = ("24 hours", 1)
    TODAY = ("Until the day is over", 1)
    SESSIONS = ("Until you sign out, 14 days at most", 14)
    WEBHOOKS = ("30 days", 30)
    PROOF = ("For good, without a name", None)
    OPERATION = ("As long as the installation runs", None)

    @property
    def words(self) -> str:
        return str(self.value[0])

    @property
    def days(self) -> int | None:
        days: int | None = self.value[1]
        return days


@dataclass(frozen=True, slots=True)
class Mark:
    """Why a field holds personal data: what kind, what for, and for how long."""

    category: Category
    purpose: str
    keep: Keep


def words(text: str) -> frozenset[str]:
    """Names of fields as one text, which is how the tables stay readable."""
    return frozenset(text.split())


# What the base classes of every table bring: keys, times, and the bookkeeping of due work.
FRAME = words(
    "id created_at updated_at organization deleted_at due_at claimed_until fence attempts"
)


@dataclass(frozen=True, slots=True)
class Table:
    """The marks of one model.

    `about` are links to the person whose rows these are: exported whole, gone with the person.
    `by` are links to who did something: emptied when the person goes, the row stays with the team.
    `address` holds the e-mail address of a person who may have no account: found by it, exported
    and removed like `about`. `secret` never leaves in an export.
    """

    model: str
    personal: Mapping[str, Mark] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    about: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    address: str = ""
    secret: frozenset[str] = frozenset()
    is_frameless: bool = False

    def found(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def marked(self) -> frozenset[str]:
        frame = frozenset() if self.is_frameless else FRAME
        return frame | frozenset(self.personal) | self.plain | self.secret

    def exported(self) -> list[str]:
        """Attribute names of the columns that an export holds, in the model's order."""
        return [
            each.attname
            for each in self.found()._meta.concrete_fields
            if each.name not in self.secret and not is_sealed(each)
        ]


registry: Registry[Table] = Registry("personal data", Table)


def register(*tables: Table) -> None:
    for table in tables:
        registry.register(table.model, table)


def is_sealed(column: models.Field[Any, Any]) -> bool:
    """Encrypted values and wrapped keys: of use only inside this installation."""
    return isinstance(column, EncryptedText | EncryptedJSON | models.BinaryField)


def tables() -> list[Table]:
    """The registered tables of the apps that are installed, by name."""
    installed = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    return [table for name, table in sorted(registry.items()) if name in installed]


def unmarked() -> list[str]:
    """`table.field` of everything that nobody marked, and of marks whose field is gone."""
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        table = registry.get(model._meta.label_lower)
        names = {each.name for each in model._meta.concrete_fields}
        missing = names - table.marked() if table else {"*"}
        vanished = (table.marked() - FRAME) - names if table else set()
        wrong += [f"{model._meta.label_lower}.{name} is not marked" for name in sorted(missing)]
        wrong += [f"{model._meta.label_lower}.{name} is gone" for name in sorted(vanished)]
    return wrong


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table for people: fields of one table with the same mark."""

    table: str
    fields: tuple[str, ...]
    mark: Mark


def lines(chosen: Iterable[Table] | None = None) -> list[Row]:
    found: list[Row] = []
    for table in tables() if chosen is None else chosen:
        grouped: dict[Mark, list[str]] = {}
        for name, mark in table.personal.items():
            grouped.setdefault(mark, []).append(name)
        title = str(table.found()._meta.verbose_name)
        found += [Row(title, tuple(names), mark) for mark, names in grouped.items()]
    return found
