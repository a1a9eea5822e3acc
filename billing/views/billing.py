from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from billing.forms.money import BudgetForm, OnceForm, PlanForm, TopUpForm
from billing.keys import payments_are_on
from billing.models import Invoice, Subscription
from billing.selectors import allowances, offers
from billing.services import payments
from billing.services.model_budget import set_model_budget
from billing.services.payment_sync import follow_session
from billing.templatetags.money import cents
from config.kernel.errors import Invalid, NotFound
from config.kernel.models import uuid7
from config.kernel.pagination import paginate
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.services.app_settings import setting
from organizations.step_up import recently_confirmed


@require_GET
@member_of("owner")
def billing(request: Request) -> HttpResponse:
    return _page(request)


@require_POST
@member_of("owner", atomic=False)
@recently_confirmed
def plan_update(request: Request) -> HttpResponse:
    form = PlanForm(request.POST)
    if not form.is_valid():
        raise Invalid("There is no such plan any more. Reload the page.", field="plan")
    plan = form.cleaned_data["plan"]
    if _subscription(request).is_paid:
        row = payments.change_plan(plan=plan, by=request.user, nonce=form.once())
        if row.plan == plan and row.pending_plan is None and not row.cancel_at_period_end:
            messages.success(request, f"You are on the {plan.name} plan.")
        else:
            messages.success(request, f"The {plan.name} plan begins with the next period.")
        return _to(request, _here(request))
    address = payments.buy_plan(plan=plan, **_visit(request, form))
    return _to_provider(request, address, f"the {plan.name} plan")


@require_POST
@member_of("owner", atomic=False)
@recently_confirmed
def topup_create(request: Request) -> HttpResponse:
    form = TopUpForm(request.POST)
    if not form.is_valid():
        raise Invalid(f"Choose 1 to {payments.MOST_PACKS} packs.", field="packs")
    address = payments.buy_credits(packs=form.cleaned_data["packs"], **_visit(request, form))
    return _to_provider(request, address, "your credits")


@require_POST
@member_of("owner", atomic=False)
@recently_confirmed
def portal_create(request: Request) -> HttpResponse:
    address = payments.open_portal(
        by=request.user, name=request.organization.name, back=_absolute(_here(request))
    )
    return _to_provider(request, address, "cards and addresses")


@require_POST
@member_of("owner", atomic=False)
@recently_confirmed
def cancellation_create(request: Request) -> HttpResponse:
    form = OnceForm(request.POST)
    payments.cancel_plan(by=request.user, nonce=form.once() if form.is_valid() else uuid7())
    messages.success(request, "The plan ends with its period. Until then everything stays.")
    return _to(request, _here(request))


@require_POST
@member_of("owner", atomic=False)
@recently_confirmed
def cancellation_delete(request: Request) -> HttpResponse:
    form = OnceForm(request.POST)
    payments.keep_plan(by=request.user, nonce=form.once() if form.is_valid() else uuid7())
    messages.success(request, "The plan goes on.")
    return _to(request, _here(request))


@require_POST
@member_of("owner")
@recently_confirmed
def budget_update(request: Request) -> HttpResponse:
    form = BudgetForm(request.POST)
    if form.is_valid():
        try:
            set_model_budget(cents=form.cents(), by=request.user)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "The budget is saved and counts from now on.")
            return _to(request, _here(request))
    return _page(request, budget=form)


@require_GET
@member_of("owner", atomic=False)
def checkout_done(request: Request) -> HttpResponse:
    """Back from the payment page: what was paid is there at once, also if its message is late."""
    session = follow_session(request.GET.get("session", "")[:120])
    if session is None:
        raise NotFound("There is no such payment of this team.")
    if session.is_paid:
        messages.success(request, "Thank you. What you paid for is there.")
    else:
        messages.info(request, "The payment is still on its way. It is there when it arrives.")
    return _to(request, _here(request))


def _page(request: Request, *, budget: BudgetForm | None = None) -> HttpResponse:
    row = Subscription.objects.select_related("plan", "pending_plan").first()
    context: dict[str, Any] = {
        "subscription": row,
        "zone": request.organization.timezone,
        "is_on": payments_are_on(),
        "invoices": paginate(
            Invoice.objects.exclude(status=Invoice.Status.DRAFT),
            order=("-issued_at",),
            cursor=request.GET.get("cursor"),
            size=12,
        ),
    }
    if row is not None:
        pack = f"{setting('topup_credits'):,} credits for {cents(setting('topup_cents'))} each."
        dollars = row.model_budget_micros / 1_000_000
        context |= {
            "nonce": uuid7(),
            "used_ratio": row.credits_used / row.credits_total if row.credits_total else 1.0,
            "allowances": allowances(row),
            "offers": offers(row),
            "topup": TopUpForm(pack=pack, initial={"nonce": uuid7()}),
            "budget": budget
            or BudgetForm(
                most_cents=row.plan.model_budget_cents, initial={"dollars": f"{dollars:.2f}"}
            ),
        }
    status = 422 if budget is not None else 200
    if request.headers.get("HX-Target") == "invoices":
        return render_part(request, "billing/subscription/show.html", "invoices", context)
    return TemplateResponse(request, "billing/subscription/show.html", context, status=status)


def _subscription(request: Request) -> Subscription:
    with org_atomic():
        row = Subscription.objects.first()
    if row is None:
        raise NotFound("This team has no plan yet.")
    return row


def _visit(request: Request, form: OnceForm) -> dict[str, Any]:
    here = _here(request)
    done = reverse("billing:checkout-done", kwargs={"org": request.organization.slug})
    return {
        "by": request.user,
        "name": request.organization.name,
        "back": _absolute(here),
        # The provider puts the page's id in the place of the braces.
        "done": f"{_absolute(done)}?session={{CHECKOUT_SESSION_ID}}",
        "nonce": form.once(),
    }


def _here(request: Request) -> str:
    return reverse("billing:billing", kwargs={"org": request.organization.slug})


def _absolute(path: str) -> str:
    return f"{settings.WARREN_BASE_URL}{path}"


def _to(request: Request, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def _to_provider(request: Request, address: str, what: str) -> HttpResponse:
    """The policy of our pages lets no form lead elsewhere: a script goes there, or a link does."""
    if request.htmx:
        return HttpResponseClientRedirect(address)
    context = {"address": address, "what": what}
    return TemplateResponse(request, "billing/checkout/show.html", context)
