"""The letters about copies and ends, written in the transaction that they speak of."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse

from organizations.models import Organization, OrganizationRequest, PersonRequest, User
from organizations.services.letters import letter

log = structlog.get_logger(__name__)


def tell_of_team_closing(
    *, team: Organization, wish: OrganizationRequest, to: User, word: str
) -> None:
    path = reverse(
        "organizations:team-privacy-keep",
        kwargs={"organization": team.pk, "closing": wish.pk, "leave": word},
    )
    context = {"organization": team.name, "ends_at": wish.due_at, "url": _address(path)}
    _after_commit(letter("team_closing", to=to.email, context=context))


def tell_of_account_ending(*, wish: PersonRequest, to: User, word: str) -> None:
    path = reverse("organizations:privacy-keep", kwargs={"ending": wish.pk, "proof": word})
    context = {"ends_at": wish.due_at, "url": _address(path), "email": to.email}
    _after_commit(letter("account_ending", to=to.email, context=context))


def tell_of_copy(*, to: User, title: str, path: str, ends_at: Any) -> None:
    context = {"title": title, "url": _address(path), "ends_at": ends_at}
    _after_commit(letter("copy_ready", to=to.email, context=context))


def erased_letter(*, to: str, title: str, counts: dict[str, int], receipt: str) -> EmailMessage:
    """Written before anything is erased, since afterwards nobody knows the address."""
    kept = sorted((name, number) for name, number in counts.items() if number)
    context = {
        "title": title,
        "counts": kept,
        "total": sum(counts.values()),
        "receipt": receipt,
        "backup_days": settings.WARREN_BACKUP_KEEP,
    }
    return letter("erased", to=to, context=context)


def send(message: EmailMessage) -> None:
    """A mail server that is away must not undo what is done."""
    try:
        message.send()
    except OSError as error:
        log.warning("letter_not_sent", reason=type(error).__name__)


def _after_commit(message: EmailMessage) -> None:
    transaction.on_commit(lambda: send(message))


def _address(path: str) -> str:
    return f"{settings.WARREN_BASE_URL}{path}"
