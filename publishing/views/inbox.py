from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from config.kernel.errors import DomainError, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part, toast
from organizations.access import Request, member_of
from organizations.models import Role
from organizations.throttles import throttled
from publishing.forms.inbox import WriteForm
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.models import Conversation, InboxMessage, SavedReply
from publishing.selectors.inbox import (
    InboxFilter,
    as_context,
    conversation_page,
    found_conversation,
    inbox_list,
    listening_networks,
)
from publishing.services import inbox as services
from publishing.services.inbox_replies import suggest_reply, use_reply

TEMPLATE = "publishing/inbox/show.html"
NO_CONVERSATION = "There is no such conversation. It may have been removed meanwhile."


@require_GET
@member_of("viewer")
def inbox(request: Request) -> HttpResponse:
    return _desk(request, None)


@require_GET
@member_of("viewer")
def conversation_show(request: Request, conversation: UUID) -> HttpResponse:
    row = _found(conversation)
    if row.unread_count and request.membership.role.covers(Role.MEMBER):
        services.mark_read(conversation=row)
    return _desk(request, row)


@require_POST
@member_of("member")
@throttled("inbox-answer", limit=60, per_seconds=600, fail_open=True)
def conversation_answer(request: Request, conversation: UUID) -> HttpResponse:
    row = _found(conversation)
    form = WriteForm(request.POST)
    form.is_valid()
    try:
        services.answer(
            conversation=row,
            text=form.cleaned_data["text"],
            to=form.cleaned_data.get("to"),
            was_suggested=form.cleaned_data["suggested"] == "yes",
            by=request.user,
        )
    except DomainError as error:
        tell(form, error)
        return _desk(request, row, form=form, status=error.status)
    return _stay(request, row, "On its way. It shows here when the network has it.")


@require_POST
@member_of("member")
def conversation_note(request: Request, conversation: UUID) -> HttpResponse:
    row = _found(conversation)
    form = WriteForm(request.POST)
    form.is_valid()
    try:
        services.write_note(conversation=row, text=form.cleaned_data["text"], by=request.user)
    except DomainError as error:
        tell(form, error)
        return _desk(request, row, form=form, mode="note", status=error.status)
    return _stay(request, row, "Noted. Only the team sees it.")


@require_POST
@member_of("member")
def conversation_write(request: Request, conversation: UUID) -> HttpResponse:
    """The words typed so far as an answer or as a note; nothing is kept or sent."""
    row = _found(conversation)
    mode = "note" if request.POST.get("write") == "note" else "answer"
    return _write(request, row, request.POST.get("text", ""), mode=mode)


@require_POST
@member_of("member")
def conversation_assign(request: Request, conversation: UUID) -> HttpResponse:
    row = _found(conversation)
    chosen = uuid_or_none(request.POST.get("assignee", ""))
    return _act(
        request,
        row,
        lambda: services.assign(conversation=row, to=chosen, by=request.user),
        "Assigned." if chosen else "Nobody has it now.",
    )


@require_POST
@member_of("member")
def conversation_finish(request: Request, conversation: UUID) -> HttpResponse:
    row = _found(conversation)
    undo = reverse("publishing:conversation-reopen", args=[request.organization.slug, row.pk])
    return _act(
        request,
        row,
        lambda: services.finish(conversation=row, by=request.user),
        "Done. A new word of theirs opens it again.",
        undo_url=undo,
    )


@require_POST
@member_of("member")
def conversation_reopen(request: Request, conversation: UUID) -> HttpResponse:
    row = _found(conversation)
    return _act(
        request, row, lambda: services.reopen(conversation=row, by=request.user), "Open again."
    )


@require_POST
@member_of("member")
def conversation_reply(request: Request, conversation: UUID, reply: UUID) -> HttpResponse:
    """The field with a saved reply in it, after what stands there; nothing is sent."""
    row = _found(conversation)
    kept = SavedReply.objects.filter(pk=reply).first()
    if kept is None:
        raise NotFound("There is no such saved reply any more. Choose another one.")
    words = use_reply(reply=kept, conversation=row)
    typed = request.POST.get("text", "").strip()
    return _write(request, row, "\n\n".join(each for each in (typed, words) if each))


@require_POST
@member_of("member", atomic=False)
@throttled("generate", limit=30, per_seconds=600, fail_open=True)
def conversation_suggest(request: Request, conversation: UUID) -> HttpResponse:
    """The field with what the agent would say; nothing is sent."""
    with org_atomic():
        row = _found(conversation)
    try:
        suggestion = suggest_reply(conversation=row, by=request.user)
    except DomainError as error:
        with org_atomic():
            return _write(request, row, request.POST.get("text", ""), problem=error.message)
    with org_atomic():
        words = suggestion.text or request.POST.get("text", "")
        return _write(request, row, words, suggestion=suggestion)


@require_POST
@member_of("member")
def answer_confirm(request: Request, answer: UUID) -> HttpResponse:
    return _settle(request, answer, "there", "Good. It stands as sent.")


@require_POST
@member_of("member")
def answer_resend(request: Request, answer: UUID) -> HttpResponse:
    return _settle(request, answer, "again", "On its way again.")


@require_POST
@member_of("member")
def answer_leave(request: Request, answer: UUID) -> HttpResponse:
    return _settle(request, answer, "leave", "Left as not sent.")


def _settle(request: Request, pk: UUID, decision: str, words: str) -> HttpResponse:
    found = InboxMessage.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound(NO_CONVERSATION)
    row = _found(found.conversation_id)

    def settle() -> object:
        if decision == "again" and found.state == "failed":
            return services.send_again(message=found, by=request.user)
        return services.settle_unknown(message=found, decision=decision, by=request.user)

    return _act(request, row, settle, words)


def _act(
    request: Request, row: Conversation, act: Any, words: str, *, undo_url: str | None = None
) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        return _desk(request, row, problem=error.message, status=error.status)
    return _stay(request, row, words, undo_url=undo_url)


def _stay(
    request: Request, row: Conversation, words: str, *, undo_url: str | None = None
) -> HttpResponse:
    if not request.htmx:
        return redirect(_address(request, row))
    return toast(_desk(request, _found(row.pk)), words, undo_url=undo_url)


def _address(request: Request, row: Conversation) -> str:
    address = reverse("publishing:conversation-show", args=[request.organization.slug, row.pk])
    query = urlencode(InboxFilter.of(request.GET).as_query())
    return f"{address}?{query}" if query else address


def _write(request: Request, row: Conversation, words: str, **context: Any) -> HttpResponse:
    suggestion = context.get("suggestion")
    is_suggested = suggestion and suggestion.text or request.POST.get("suggested") == "yes"
    said = "yes" if is_suggested else ""
    form = WriteForm(initial={"text": words, "suggested": said})
    return _desk(request, row, form=form, **context)


def _desk(
    request: Request, row: Conversation | None, *, status: int = 200, **context: Any
) -> HttpResponse:
    chosen = InboxFilter.of(request.GET)
    part = _part(request)
    shown: dict[str, Any] = {
        "nav_place": "inbox",
        "chosen": chosen,
        "query": _query(chosen),
        "may_write": request.membership.role.covers(Role.MEMBER),
        "mode": "answer",
        "is_writing": "form" in context,
        **context,
    }
    if part in ("desk", "conversations"):
        listed = inbox_list(
            chosen=chosen, me=request.user.pk, cursor=request.GET.get("cursor") or None
        )
        shown |= {"listed": listed, **as_context(listed)}
        if not listed.page.items:
            shown["networks"] = listening_networks()
    if row is not None and part != "conversations":
        shown["found"] = conversation_page(row=row)
        shown.setdefault("form", WriteForm())
    return render_part(request, TEMPLATE, part, shown, status=status)


def _part(request: Request) -> str:
    """Which piece htmx asks for: each polls by itself, so that nothing is swapped from under a
    person who writes."""
    asked = request.headers.get("X-Part", "")
    is_piece = request.htmx and not request.htmx.boosted
    return asked if is_piece and asked in ("conversations", "thread", "write") else "desk"


def _query(chosen: InboxFilter) -> str:
    query = urlencode(chosen.as_query())
    return f"?{query}" if query else ""


def _found(pk: UUID) -> Conversation:
    row = found_conversation(pk)
    if row is None:
        raise NotFound(NO_CONVERSATION)
    return row
