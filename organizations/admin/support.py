from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe

from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic
from organizations.models import (
    ContactMessage,
    SupportTicket,
    SupportVisit,
    TicketReply,
    TicketStatus,
    User,
)
from organizations.operators import Need, needs
from organizations.services.support import answer_contact_message, answer_ticket

from .base import OperatorAdmin, ReadOnlyAdmin


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    """What operators may change of a question, and the answer that they send."""

    answer = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 90}),
        help_text="Sent by mail when you save. Leave it empty to change the rest only.",
    )
    settles = forms.BooleanField(
        required=False, label="Resolved by this answer", help_text="A reply opens it again."
    )


class QuestionAdmin(OperatorAdmin):
    """What people ask: read, sorted by how urgent it is, and answered here."""

    form = AnswerForm
    fields = ["asked_by", "thread", "answer", "settles", "status", "priority", "operator_notes"]
    readonly_fields = ["asked_by", "thread"]
    list_filter = ["status", "priority"]
    ordering = ["-created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="Asked by")
    def asked_by(self, row: Any) -> str:
        raise LookupError("A page of questions says who asks.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        answer = form.cleaned_data.get("answer", "").strip()
        # An answer moves the status by itself; what the form carries is from before it.
        obj.save(update_fields=["priority", "operator_notes", "updated_at"])
        if not answer and "status" in form.changed_data:
            obj.save(update_fields=["status"])
        changed = [name for name in form.changed_data if name not in {"answer", "settles"}]
        self.note_changes(request, obj, changed)
        if answer:
            # The operator's transaction holds the row until it ends; the answer is another's.
            send = partial(self.send, request, obj, answer, form.cleaned_data["settles"])
            transaction.on_commit(send, using="operator")

    def note_changes(self, request: HttpRequest, obj: Any, changed: list[str]) -> None:
        """Of no team, and so in no audit log, unless a table says otherwise."""

    def send(self, request: HttpRequest, obj: Any, answer: str, settles: bool) -> None:
        try:
            self.answer(obj, answer, request.user, settles)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.message_user(request, "The answer is on its way.", messages.SUCCESS)

    def answer(self, row: Any, body: str, by: Any, settles: bool) -> None:
        raise LookupError("A page of questions says how it is answered.")


@admin.register(SupportTicket)
class SupportTicketAdmin(QuestionAdmin):
    list_display = ["created_at", "organization", "user", "subject", "status", "priority"]
    list_select_related = ["organization", "user"]
    search_fields = ["subject", "message", "organization__name", "user__email"]

    @admin.display(description="Asked by")
    def asked_by(self, row: SupportTicket) -> str:
        return f"{row.user or 'somebody who left'}, {row.organization}"

    @admin.display(description="Conversation")
    def thread(self, row: SupportTicket) -> SafeString:
        replies = TicketReply._base_manager.using("operator").filter(ticket=row)
        said = [("Question", row.created_at, row.message)] + [
            ("Support" if each.is_from_staff else "Member", each.created_at, each.body)
            for each in replies.order_by("created_at")
        ]
        return format_html_join(
            "",
            "<h3>{}, {}</h3>{}",
            ((who, f"{at:%Y-%m-%d %H:%M} UTC", _paragraphs(body)) for who, at, body in said),
        )

    def note_changes(self, request: HttpRequest, obj: SupportTicket, changed: list[str]) -> None:
        if changed:
            self.note_change(request, obj, changed)

    def answer(self, row: SupportTicket, body: str, by: User, settles: bool) -> None:
        with org_atomic(row.organization_id):
            fresh = SupportTicket.objects.get(pk=row.pk)
            answer_ticket(ticket=fresh, body=body, by=by, resolves=settles)


@admin.register(ContactMessage)
class ContactMessageAdmin(QuestionAdmin):
    list_display = ["created_at", "email", "subject", "status", "priority"]
    search_fields = ["email", "name", "subject", "message"]

    @admin.display(description="Asked by")
    def asked_by(self, row: ContactMessage) -> str:
        return f"{row.name} <{row.email}>" if row.name else row.email

    @admin.display(description="Message")
    def thread(self, row: ContactMessage) -> SafeString:
        return format_html("<h3>{}</h3>{}", row.subject, _paragraphs(row.message))

    def answer(self, row: ContactMessage, body: str, by: User, settles: bool) -> None:
        fresh = ContactMessage._base_manager.using("operator").get(pk=row.pk)
        answer_contact_message(row=fresh, body=body, by=by, resolves=settles)


@admin.register(TicketReply)
class TicketReplyAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "ticket", "is_from_staff"]
    list_select_related = ["organization", "ticket"]
    search_fields = ["ticket__subject"]


@admin.register(SupportVisit)
class SupportVisitAdmin(ReadOnlyAdmin):
    list_display = [
        *("created_at", "organization", "staff", "reason", "may_change", "ends_at", "ended_at")
    ]
    list_select_related = ["organization", "staff"]
    search_fields = ["organization__name", "staff__email", "reason"]


def _paragraphs(text: str) -> SafeString:
    # Escapes first; what is said there is theirs.
    return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308


def _open(model: type[SupportTicket] | type[ContactMessage]) -> int:
    rows = model._base_manager.using("operator").filter(status=TicketStatus.OPEN)
    return int(rows.count())


needs.register(
    "tickets",
    Need(
        "Questions of teams without an answer",
        "admin:organizations_supportticket_changelist",
        "status__exact=open",
        lambda: _open(SupportTicket),
    ),
)
needs.register(
    "contact",
    Need(
        "Messages from the contact form without an answer",
        "admin:organizations_contactmessage_changelist",
        "status__exact=open",
        lambda: _open(ContactMessage),
    ),
)
