from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import NotFound
from config.kernel.throttle import throttle
from organizations.access import Request, member_of, public
from organizations.forms.support import ContactForm, ReplyForm, TicketForm
from organizations.models import Organization, Role, SupportTicket, SupportVisit
from organizations.services.onboarding import said_of
from organizations.services.support import (
    open_ticket,
    reply_to_ticket,
    resolve_ticket,
    take_contact_message,
)
from organizations.services.visits import end_visit
from organizations.throttles import visitor

HOUR = 3_600.0
MOST_TICKETS = 25


@require_GET
@member_of("viewer")
def help_page(request: Request) -> HttpResponse:
    return _help(request, TicketForm())


@require_POST
@member_of("viewer")
def ticket_create(request: Request) -> HttpResponse:
    form = TicketForm(request.POST)
    if not form.is_valid():
        return _help(request, form, status=422)
    throttle("ticket", str(request.user.pk), limit=10, per_seconds=HOUR, fail_open=True)
    ticket = open_ticket(by=request.user, **form.cleaned_data)
    messages.success(request, "Your question is on its way. The answer comes here and by mail.")
    return redirect("organizations:ticket-show", org=request.organization.slug, ticket=ticket.pk)


@require_GET
@member_of("viewer")
def ticket_show(request: Request, ticket: UUID) -> HttpResponse:
    return _thread(request, _found(request, ticket), ReplyForm())


@require_POST
@member_of("viewer")
def ticket_reply(request: Request, ticket: UUID) -> HttpResponse:
    row, form = _found(request, ticket), ReplyForm(request.POST)
    if not form.is_valid():
        return _thread(request, row, form, status=422)
    throttle("ticket_reply", str(request.user.pk), limit=30, per_seconds=HOUR, fail_open=True)
    reply_to_ticket(ticket=row, body=form.cleaned_data["body"], by=request.user)
    messages.success(request, "Your reply is added.")
    return redirect("organizations:ticket-show", org=request.organization.slug, ticket=row.pk)


@require_POST
@member_of("viewer")
def ticket_resolve(request: Request, ticket: UUID) -> HttpResponse:
    row = _found(request, ticket)
    resolve_ticket(ticket=row, by=request.user)
    messages.success(request, "Marked as resolved. A new reply opens it again.")
    return redirect("organizations:ticket-show", org=request.organization.slug, ticket=row.pk)


@require_POST
@member_of("viewer")
def visit_end(request: Request) -> HttpResponse:
    here = request.membership.visit
    row = SupportVisit.objects.filter(pk=here.id).first() if here else None
    if row is None:
        # A member, whose own pages these are.
        return redirect("analytics:home", org=request.organization.slug)
    end_visit(visit=row, by=request.user)
    return redirect("admin:index")


@require_http_methods(["GET", "POST"])
@public
def contact(request: HttpRequest) -> HttpResponse:
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        throttle("contact", visitor(request), limit=5, per_seconds=HOUR, fail_open=True)
        # A program that filled the trap hears the same as a person.
        if form.is_from_a_person():
            take_contact_message(**form.values())
        return redirect("organizations:contact-sent")
    status = 422 if form.is_bound else 200
    return render(request, "organizations/support/contact.html", {"form": form}, status=status)


@require_GET
@public
def contact_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "organizations/support/contact_sent.html")


def _help(request: Request, form: TicketForm, status: int = 200) -> HttpResponse:
    is_visit = request.membership.visit is not None
    tickets = [] if is_visit else list(_tickets(request).order_by("-created_at")[:MOST_TICKETS])
    team = Organization.objects.only("settings").get(pk=request.organization.id)
    steps = said_of(team.settings)
    context = {
        "form": form,
        "tickets": tickets,
        "is_visit": is_visit,
        "may_return": (steps.skipped or steps.is_hidden)
        and request.membership.role.covers(Role.MEMBER),
    }
    return TemplateResponse(request, "organizations/support/help.html", context, status=status)


def _thread(
    request: Request, ticket: SupportTicket, form: ReplyForm, status: int = 200
) -> HttpResponse:
    replies = ticket.replies.select_related("author")
    context = {"ticket": ticket, "replies": replies, "form": form}
    return TemplateResponse(request, "organizations/support/ticket.html", context, status=status)


def _tickets(request: Request) -> QuerySet[SupportTicket]:
    """One's own; who leads the team reads all of its tickets."""
    rows = SupportTicket.objects.select_related("user")
    leads = request.membership.role.covers(Role.ADMIN)
    return rows if leads else rows.filter(user=request.user)


def _found(request: Request, ticket: UUID) -> SupportTicket:
    row = _tickets(request).filter(pk=ticket).first()
    if row is None:
        raise NotFound("There is no such question, or somebody else asked it.")
    return row
