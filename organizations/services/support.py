from __future__ import annotations

from functools import partial
from smtplib import SMTPException

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from config.kernel.clock import now
from config.kernel.errors import Invalid, Unavailable
from config.kernel.scoping import org_atomic
from organizations.models import (
    ActorKind,
    ContactMessage,
    SupportTicket,
    TicketReply,
    TicketStatus,
    User,
)

from .app_settings import setting
from .audit import record
from .letters import letter

log = structlog.get_logger(__name__)


def open_ticket(*, subject: str, message: str, by: User) -> SupportTicket:
    """Put a member's question before the operators, who are told by mail once it is stored.

    Raises Invalid, with its `field`, when it is empty.
    """
    subject = _said(subject, "subject", "Say in a few words what it is about.")
    message = _said(message, "message", "Say what happened and what you expected.")
    with org_atomic():
        ticket = SupportTicket.objects.create(user=by, subject=subject[:160], message=message)
        record(action="ticket.opened", target=ticket, by=by)
        _tell_operators(ticket, message, by)
    return ticket


def reply_to_ticket(*, ticket: SupportTicket, body: str, by: User) -> TicketReply:
    """Add a member's words to a ticket; one that was answered or resolved is open again."""
    body = _said(body, "body", "Write what you would like to add.")
    with org_atomic():
        reply = TicketReply.objects.create(ticket=ticket, author=by, body=body)
        _move(ticket, TicketStatus.OPEN)
        record(action="ticket.replied", target=ticket, by=by, data={"reply": str(reply.pk)})
        _tell_operators(ticket, body, by)
    return reply


def resolve_ticket(*, ticket: SupportTicket, by: User) -> None:
    """Say that a question is settled. A new reply opens it again."""
    with org_atomic():
        _move(ticket, TicketStatus.RESOLVED)
        record(action="ticket.resolved", target=ticket, by=by)


def answer_ticket(
    *, ticket: SupportTicket, body: str, by: User, resolves: bool = False
) -> TicketReply:
    """An operator's answer: who asked finds it in the ticket and gets it by mail.

    Mail and bell derive from the audit record. Raises Invalid when it is empty.
    """
    body = _said(body, "body", "Write the answer.")
    with org_atomic(ticket.organization_id):
        reply = TicketReply.objects.create(ticket=ticket, author=by, is_from_staff=True, body=body)
        _move(ticket, TicketStatus.RESOLVED if resolves else TicketStatus.ANSWERED)
        record(
            action="ticket.answered",
            target=ticket,
            by=by,
            kind=ActorKind.STAFF,
            data={"reply": str(reply.pk)},
        )
    return reply


def take_contact_message(*, email: str, name: str, subject: str, message: str) -> None:
    """Store a question of somebody who is not signed in, and mail it to the support address.

    The application may write these and never read them. A mail server that is away loses nothing:
    the message stands in the operators' admin.
    """
    row = ContactMessage(email=email, name=name, subject=subject, message=message)
    row.save(force_insert=True)
    mail = _to_support("contact", subject=subject, body=message, email=email, name=name)
    transaction.on_commit(partial(_send, mail))


def answer_contact_message(
    *, row: ContactMessage, body: str, by: User, resolves: bool = False
) -> None:
    """Mail an operator's answer to somebody without an account, and keep it with the question.

    Raises Unavailable when the mail cannot be sent; then nothing is kept either.
    """
    body = _said(body, "body", "Write the answer.")
    context = {"body": body, "subject": row.subject, "question": row.message, "name": row.name}
    address = setting("support_email")
    headers = {"Reply-To": address} if address else {}
    if not _send(letter("contact_answer", to=row.email, context=context, headers=headers)):
        raise Unavailable(
            "The mail server is away, so the answer was not sent and nothing was changed. Try "
            "again in a few minutes."
        )
    row.status = TicketStatus.RESOLVED if resolves else TicketStatus.ANSWERED
    row.resolved_at = now() if resolves else None
    row.operator_notes = (
        f"{row.operator_notes}\n\n{now():%Y-%m-%d %H:%M} UTC, {by}:\n{body}".strip()
    )
    row.save(update_fields=["status", "resolved_at", "operator_notes", "updated_at"])


def _move(ticket: SupportTicket, status: TicketStatus) -> None:
    ticket.status = status
    ticket.resolved_at = now() if status == TicketStatus.RESOLVED else None
    ticket.save(update_fields=["status", "resolved_at", "updated_at"])


def _said(text: str, field: str, otherwise: str) -> str:
    if not text.strip():
        raise Invalid(otherwise, field=field)
    return text.strip()


def _tell_operators(ticket: SupportTicket, body: str, by: User) -> None:
    mail = _to_support(
        "ticket",
        subject=ticket.subject,
        body=body,
        email=by.email,
        name=str(by),
        path=f"/admin/organizations/supportticket/{ticket.pk}/change/",
    )
    transaction.on_commit(partial(_send, mail))


def _to_support(kind: str, **said: str) -> EmailMultiAlternatives | None:
    address = setting("support_email")
    if not address:
        return None
    return letter(
        "support_question",
        to=address,
        context={"kind": kind, "path": "/admin/organizations/contactmessage/", **said},
        headers={"Reply-To": said["email"]},
    )


def _send(mail: EmailMultiAlternatives | None) -> bool:
    """False when the mail could not leave; what it says is stored in any case."""
    if mail is None:
        return True
    try:
        mail.send()
    except (SMTPException, OSError) as error:
        log.warning("support_mail_failed", error=str(error))
        return False
    return True
