from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from billing.models import CreditAction, CreditPrice, CreditTransaction, Subscription
from config.kernel.pagination import paginate
from config.kernel.web import render_part
from organizations.access import Request, member_of

WORDS: dict[str, str] = {
    CreditAction.GENERATE: "Writing three variations",
    CreditAction.PUBLISH: "Publishing a post",
}


@require_GET
@member_of("viewer", all_brands=True)
def credits(request: Request) -> HttpResponse:
    """What is left, and every line of the ledger that led there."""
    action = request.GET.get("action", "")
    lines = CreditTransaction.objects.all()
    if action in CreditAction.values:
        lines = lines.filter(action=action)
    context = {
        "subscription": Subscription.objects.select_related("plan").first(),
        "prices": [
            (WORDS[price.action], price.credits)
            for price in CreditPrice.objects.filter(action__in=WORDS).order_by("action")
        ],
        "page": paginate(lines, order=("-created_at",), cursor=request.GET.get("cursor"), size=30),
        "action": action,
        "actions": CreditAction.choices,
        "zone": request.organization.timezone,
    }
    return render_part(request, "billing/credits/show.html", "ledger", context)
