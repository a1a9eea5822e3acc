from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brands.models import BrandProfile
from config.kernel.errors import DomainError
from organizations.access import Request, member_of
from organizations.throttles import throttled
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.forms.writing import WritingForm
from publishing.models import AutopilotRun, RunMode
from publishing.selectors.writing import Desk, writing_desk
from publishing.services.writing import start_writing

SEE_OTHER = 303


@require_http_methods(["GET", "POST"])
@member_of("member")
@throttled("generate", limit=30, per_seconds=600, fail_open=True)
def writing_create(request: Request) -> HttpResponse:
    brands = list(BrandProfile.objects.order_by("name"))
    desk = _desk(request, brands)
    form = _form(request, desk)
    if request.method == "POST" and desk and form and form.is_valid():
        try:
            run = start_writing(
                brand=desk.brand,
                material=form.chosen_material(),
                platforms=form.cleaned_data["platforms"],
                instruction=form.cleaned_data["instruction"],
                by=request.user,
            )
        except DomainError as error:
            tell(form, error)
        else:
            return _follow(request, run.pk)
    context = {"desk": desk, "brands": brands, "form": form, "nav_place": "approvals"}
    status = 422 if form and form.errors else 200
    return render(request, "publishing/writing/form.html", context, status=status)


def _desk(request: Request, brands: list[BrandProfile]) -> Desk | None:
    chosen = request.GET.get("brand", "")
    brand = next((each for each in brands if str(each.pk) == chosen), None)
    return writing_desk(brand or brands[0]) if brands else None


def _form(request: Request, desk: Desk | None) -> WritingForm | None:
    if desk is None:
        return None
    return WritingForm(
        request.POST or None,
        materials=desk.materials,
        accounts=desk.accounts,
        initial=_asked_before(request)
        or {
            "platforms": [account.platform for account, _ in desk.accounts],
            "material": request.GET.get("material"),
        },
    )


def _asked_before(request: Request) -> dict[str, Any]:
    """What an earlier request said that came to nothing, to be changed and sent again."""
    asked = uuid_or_none(request.GET.get("again", ""))
    runs = AutopilotRun.objects.filter(mode=RunMode.MANUAL, regenerates=None)
    run = runs.filter(pk=asked).first() if asked else None
    if run is None:
        return {}
    return {
        "material": run.material_id,
        "platforms": run.platforms,
        "instruction": run.instruction,
    }


def _follow(request: Request, run: UUID) -> HttpResponse:
    """On to the page that shows how far the texts are."""
    response = redirect("publishing:run-show", org=request.organization.slug, run=run)
    response.status_code = SEE_OTHER
    return response
