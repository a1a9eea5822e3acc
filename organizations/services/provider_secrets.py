"""Keys of other services that an organization lent us: sealed, shown masked, each use written down.

One key a service and address: a key is never sent anywhere but where it was meant for.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from django.db.models import Q

from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.hooks import Registry
from config.kernel.llm.providers import LABELS
from config.kernel.scoping import org_atomic
from config.kernel.secret import Secret, mask
from organizations.models import (
    AuditCategory,
    IntegrationConnection,
    ModelRoute,
    ProviderSecret,
    User,
)

from .audit import record
from .outside_services import OutsideService, models_of

MOST_CHARACTERS: Final = 4_000
MOST_SECRETS: Final = 50
USE_WRITTEN_EVERY: Final = timedelta(minutes=1)

# What keys can be kept for. A higher app adds the services that it talks to.
outside_services: Registry[OutsideService] = Registry("outside services", OutsideService)

for _name, _label in LABELS.items():
    outside_services.register(
        _name,
        OutsideService(_name, _label, models_of(_name), needs_address=_name == "compatible"),
    )


def service_name(family: str, address: str = "") -> str:
    """What a secret is filed under: the service, and for an address of one's own also that."""
    if not address:
        return family
    return f"{family}:{hashlib.sha256(address.rstrip('/').encode()).hexdigest()[:12]}"


def service_of(row: ProviderSecret | IntegrationConnection) -> OutsideService | None:
    """The declared service that a row belongs to; None when its app is gone."""
    return outside_services.get(row.service.partition(":")[0])


def stored_secret(family: str, address: str = "") -> ProviderSecret | None:
    """The row of a service at an address, its key closed. Asking opens nothing."""
    return ProviderSecret.objects.filter(service=service_name(family, address)).first()


def save_secret(*, family: str, value: str, by: User, address: str = "") -> ProviderSecret:
    """Keep or replace the key of a service. It is sealed at once and never shown again.

    Raises Invalid, naming the field `api_key`, `service` or `address`; Conflict for a 51st.
    """
    service = outside_services.get(family)
    if service is None:
        raise Invalid("Choose a service from the list.", field="service")
    if service.needs_address and not address:
        raise Invalid(f"{service.label} needs its address.", field="address")
    value = _checked(value)
    with org_atomic():
        name = service_name(family, address)
        row = ProviderSecret.objects.select_for_update().filter(service=name).first()
        if row is None and ProviderSecret.objects.count() >= MOST_SECRETS:
            raise Conflict(f"This team keeps {MOST_SECRETS} keys already. Remove one first.")
        before = row.hint if row else ""
        row = row or ProviderSecret(service=name)
        row.credential, row.hint = value, mask(value)
        row.created_by, row.is_active = by, True
        row.save()
        _note_connection(row, address)
        record(
            action="secret.replaced" if before else "secret.stored",
            target=row,
            by=by,
            category=AuditCategory.SECRET,
            before={"hint": before} if before else {},
            after={"hint": row.hint},
            data={"service": name},
        )
    return row


def read_secret(*, secret: ProviderSecret, purpose: str, by: User | None = None) -> Secret[str]:
    """The key, to be used now for `purpose`, which the audit log says. Never for a page.

    Raises NotFound when it was removed or switched off; SecretUnreadable when its key is gone.
    """
    moment = now()
    with org_atomic():
        row = ProviderSecret.objects.filter(pk=secret.pk, is_active=True).first()
        if row is None:
            raise NotFound("This key was removed. Enter it again under Secrets.")
        record(
            action="secret.read",
            target=row,
            by=by,
            category=AuditCategory.SECRET,
            data={"service": row.service, "purpose": purpose},
        )
        due = Q(last_used_at=None) | Q(last_used_at__lte=moment - USE_WRITTEN_EVERY)
        ProviderSecret.objects.filter(due, pk=row.pk).update(last_used_at=moment)
    key: Secret[str] = row.credential
    return key


def delete_secret(*, secret: ProviderSecret, by: User) -> None:
    """Remove a key for good. Raises Conflict while a language model is set to use it."""
    with org_atomic():
        row = ProviderSecret.objects.select_for_update().filter(pk=secret.pk).first()
        if row is None:
            return
        models = list(ModelRoute.objects.filter(secret=row).values_list("model", flat=True))
        if models:
            raise Conflict(
                f"The language model {models[0]} uses this key. Remove the model first, or "
                "replace the key.",
                code="secret_in_use",
            )
        IntegrationConnection.objects.filter(secret=row).update(
            secret=None,
            status=IntegrationConnection.Status.DISCONNECTED,
            error_message="",
            checked_at=None,
        )
        record(
            action="secret.deleted",
            target=row,
            by=by,
            category=AuditCategory.SECRET,
            before={"hint": row.hint},
            data={"service": row.service},
        )
        row.delete()


def _note_connection(row: ProviderSecret, address: str) -> None:
    """A new key has not been tried yet, whatever the former did."""
    IntegrationConnection.objects.update_or_create(
        service=row.service,
        defaults={
            "secret": row,
            "status": IntegrationConnection.Status.DISCONNECTED,
            "configuration": {"address": address} if address else {},
            "checked_at": None,
            "error_message": "",
        },
    )


def _checked(value: str) -> str:
    value = value.strip()
    if not value:
        raise Invalid("Enter the key.", field="api_key")
    if len(value) > MOST_CHARACTERS or not value.isprintable():
        raise Invalid(
            f"A key has at most {MOST_CHARACTERS:,} printable characters. Copy it again.",
            field="api_key",
        )
    return value
