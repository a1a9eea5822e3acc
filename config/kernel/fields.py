"""Encrypted columns. Reading one gives a Secret, which opens when it is revealed.

Sealing needs to know the row, so it happens when the row is saved, with the row's own key and
organization. That is why `update()`, `bulk_update()` and filters by value are refused: they have no
row. `save()`, `create()` and `bulk_create()` work.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from . import vault
from .vault import Place, Secret

_BATCH = 500


class Sealed(bytes):
    """A ciphertext on its way to or from the database."""

    def __repr__(self) -> str:
        return f"Sealed({len(self)} bytes)"


class _SecretAttribute(DeferredAttribute):
    """Keeps a sealed value as it came, and hands out a Secret that opens it in its place."""

    field: _Encrypted

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        return self.field.opening(value, place_of(instance, self.field))

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.accept(value)


# The stubs' class takes type arguments, Django's does not.
if TYPE_CHECKING:
    _BinaryField = models.BinaryField[Any, Any]
else:
    _BinaryField = models.BinaryField


class _Encrypted(_BinaryField):
    descriptor_class = _SecretAttribute

    def encode(self, value: Any) -> bytes:
        raise TypeError(f"{type(self).__name__} does not say how it is written.")

    def decode(self, plain: bytes) -> Any:
        raise TypeError(f"{type(self).__name__} does not say how it is read.")

    def accept(self, value: Any) -> Any:
        """What an instance keeps: None, a Secret, or what came sealed from the database."""
        # A field that nobody filled gets b"" from Django.
        if value is None or isinstance(value, Sealed | Secret):
            return value
        if isinstance(value, bytes | memoryview):
            if not value:
                return None
            raise TypeError(f"{self.name} takes the plain value and not bytes.")
        self.encode(value)
        return Secret(value)

    def opening(self, sealed: Sealed, place: Place | None) -> Secret[Any]:
        def open_it() -> Any:
            if place is None:
                raise vault.SecretUnreadable
            return self.decode(vault.unseal(sealed, place))

        return Secret.closed(open_it, origin=(place, sealed))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None:
            return None
        place = place_of(model_instance, self)
        if place is None:
            raise TypeError(f"{self.name} cannot be sealed: its row has no organization or key.")
        if isinstance(value, Sealed):
            # A copied row would carry a value that opens only in the original's place.
            if add:
                vault.unseal(value, place)
            return value
        if value.origin is not None and value.origin[0] == place:
            return value.origin[1]
        sealed = Sealed(vault.seal(self.encode(value.reveal()), place))
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def from_db_value(self, value: Any, *_: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError(
            f"{self.name} is encrypted for its row: set it on the instance and save() that. "
            "update(), bulk_update() and look-ups by value cannot know the row."
        )

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = value if prepared else self.get_prep_value(value)
        return None if value is None else connection.Database.Binary(bytes(value))

    def value_to_string(self, obj: models.Model) -> str:
        value = obj.__dict__.get(self.attname)
        return b64encode(value).decode() if isinstance(value, Sealed) else ""


class EncryptedText(_Encrypted):
    """A text that only its own row can read. At most a few kB; no length is checked."""

    _pyi_private_set_type: str | Secret[str]
    _pyi_private_get_type: Secret[str]  # type: ignore[assignment]

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise TypeError(f"{self.name} takes a text and not {type(value).__name__}.")
        return value.encode()

    def decode(self, plain: bytes) -> Any:
        return plain.decode()


class EncryptedJSON(_Encrypted):
    """A dict or list of plain JSON that only its own row can read."""

    _pyi_private_set_type: dict[str, Any] | list[Any] | Secret[Any]
    _pyi_private_get_type: Secret[dict[str, Any]]  # type: ignore[assignment]

    def encode(self, value: Any) -> bytes:
        if not isinstance(value, dict | list):
            raise TypeError(f"{self.name} takes a dict or list and not {type(value).__name__}.")
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        return json.loads(plain)


def place_of(instance: models.Model, field: models.Field[Any, Any]) -> Place | None:
    """Where a value of this row lives; None before the row has a key and an organization."""
    organization_id = getattr(instance, "organization_id", None)
    if organization_id is None or instance.pk is None:
        return None
    table = type(instance)._meta.db_table
    return Place(UUID(str(organization_id)), table, str(field.column), str(instance.pk))


def encrypted_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every encrypted column of the project, as (model, field name)."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, _Encrypted):
                yield model, field.name


@dataclass(frozen=True, slots=True)
class Reencrypted:
    """What a pass did: rows sealed anew, rows that somebody else changed first, unreadable rows."""

    changed: int = 0
    overtaken: int = 0
    unreadable: int = 0

    def __add__(self, other: Reencrypted) -> Reencrypted:
        return Reencrypted(
            self.changed + other.changed,
            self.overtaken + other.overtaken,
            self.unreadable + other.unreadable,
        )


def reencrypt(
    model: type[models.Model], field_name: str, *, organization_id: UUID, version: int
) -> Reencrypted:
    """Seal an organization's values of one column anew that are older than the key `version`.

    Each is written only if it is still the one that was read: a token refreshed meanwhile wins,
    and is sealed with the new key anyway. Run it again until nothing changes; interrupted, it goes
    on where rows are still old. Runs in the caller's scope, or unscoped.
    """
    field = model._meta.get_field(field_name)
    assert isinstance(field, _Encrypted)
    rows = model._base_manager.filter(organization_id=organization_id).order_by("pk")
    done, last = Reencrypted(), None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        batch = list(
            after.exclude(**{field_name: None}).only("pk", "organization_id", field_name)[:_BATCH]
        )
        if not batch:
            return done
        for row in batch:
            done += _reencrypt_row(row, field, version)
        last = batch[-1].pk


def versions_in_use(organization_id: UUID) -> set[int]:
    """Data key versions that values of this organization still need; broken values need none."""
    found = set()
    for model, name in encrypted_fields():
        rows = model._base_manager.filter(organization_id=organization_id).exclude(**{name: None})
        for sealed in rows.values_list(name, flat=True).iterator():
            try:
                found.add(vault.key_version(sealed))
            except vault.SecretUnreadable:
                continue
    return found


def _reencrypt_row(row: models.Model, field: _Encrypted, version: int) -> Reencrypted:
    old, place = row.__dict__[field.attname], place_of(row, field)
    assert place is not None
    try:
        if vault.key_version(old) >= version:
            return Reencrypted()
        new = Sealed(vault.seal(vault.unseal(old, place), place))
    except vault.SecretUnreadable:
        return Reencrypted(unreadable=1)
    same = type(row)._base_manager.filter(pk=row.pk, **{field.attname: old})
    return (
        Reencrypted(changed=1) if same.update(**{field.attname: new}) else Reencrypted(overtaken=1)
    )
