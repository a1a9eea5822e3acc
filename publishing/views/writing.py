from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from brands.models import BrandProfile
from config.kernel.errors import DomainError
from config.kernel.scoping import org_atomic
from organizations.access import Request, member_of
from publishing.forms.problems import tell
from publishing.forms.writing import WritingForm
from publishing.models import PendingPost
from publishing.selectors.writing import Desk, writing_desk
from publishing.services.writing import write_posts


@require_http_methods(["GET", "POST"])
@member_of("member", atomic=False)
def writing_create(request: Request) -> HttpResponse:
    with org_atomic():
        brands = list(BrandProfile.objects.order_by("name"))
        desk = _desk(request, brands)
    form = _form(request, desk)
    if request.method == "POST" and desk and form and form.is_valid():
        try:
            posts = write_posts(
                brand=desk.brand,
                material=form.chosen_material(),
                platforms=form.cleaned_data["platforms"],
                instruction=form.cleaned_data["instruction"],
                by=request.user,
            )
        except DomainError as error:
            tell(form, error)
        else:
            return _written(request, posts)
    context = {"desk": desk, "brands": brands, "form": form, "nav_place": "approvals"}
    with org_atomic():
        status = 422 if form and form.errors else 200
        return render(request, "publishing/writing/form.html", context, status=status)


def _desk(request: Request, brands: list[BrandProfile]) -> Desk | None:
    chosen = request.GET.get("brand", "")
    brand = next((each for each in brands if str(each.pk) == chosen), None)
    return writing_desk(brand or brands[0]) if brands else None


def _form(request: Request, desk: Desk | None) -> WritingForm | None:
    if desk is None:
        return None
    platforms = [account.platform for account, _ in desk.accounts]
    return WritingForm(
        request.POST or None,
        materials=desk.materials,
        accounts=desk.accounts,
        initial={"platforms": platforms, "material": request.GET.get("material")},
    )


def _written(request: Request, posts: list[PendingPost]) -> HttpResponse:
    """On to the first post, where a variation is chosen and it is published or planned."""
    words = "Three variations are written. Choose one, then approve it or change its time."
    if len(posts) > 1:
        words = f"{len(posts)} posts are written, each in three variations. Decide on each."
    messages.success(request, words)
    address = reverse("publishing:approval-show", args=[request.organization.slug, posts[0].pk])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
