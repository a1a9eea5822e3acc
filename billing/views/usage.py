from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from billing import selectors
from billing.models import CreditAction, CreditTransaction, Subscription
from config.kernel.clock import today_in
from config.kernel.pagination import paginate
from config.kernel.tables import write_csv
from config.kernel.web import render_part
from organizations.access import Request, member_of

MOST_EXPORTED = 50_000


@require_GET
@member_of("viewer", all_brands=True)
def usage(request: Request) -> HttpResponse:
    """What is left, where it went, and every line of the ledger that led there."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, selectors.DAYS) else 30
    zone = request.organization.timezone
    context = {
        "page": paginate(
            _lines(request), order=("-created_at",), cursor=request.GET.get("cursor"), size=30
        ),
        "action": request.GET.get("action", ""),
        "actions": CreditAction.choices,
        "zone": zone,
        "days": days,
        "choices": selectors.DAYS,
    }
    if request.headers.get("HX-Target") != "ledger":
        context |= {
            "subscription": Subscription.objects.select_related("plan").first(),
            "prices": selectors.prices(),
            "usage": selectors.usage(days=days, zone=zone),
        }
    return render_part(request, "billing/usage/show.html", "ledger", context)


@require_GET
@member_of("viewer", all_brands=True)
def usage_export(request: Request) -> HttpResponse:
    """The ledger as CSV, newest first, times in UTC."""
    lines = _lines(request).order_by("-created_at", "-pk")[:MOST_EXPORTED]
    columns = ["When (UTC)", "Kind", "What for", "Credits", "Key"]
    rows = (
        (line.created_at, line.get_action_display(), line.description, line.amount, line.key)
        for line in lines
    )
    name = f"credits-{slugify(request.organization.name)}-{today_in('UTC')}.csv"
    return HttpResponse(
        "".join(write_csv(columns, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(request: Request) -> QuerySet[CreditTransaction]:
    action = request.GET.get("action", "")
    lines = CreditTransaction.objects.all()
    return lines.filter(action=action) if action in CreditAction.values else lines
