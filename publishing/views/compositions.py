from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from brands.models import BrandProfile
from config.kernel.clock import in_words, is_zone
from config.kernel.errors import DomainError, Invalid, NotFound
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part, toast
from content.services.link_previews import preview_link
from organizations.access import Request, member_of
from organizations.throttles import throttled
from publishing.forms.composition import Choices, CompositionForm, data_of
from publishing.forms.composition_arranging import arrange
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.models import BrandAccountLink, Composition, PendingPost, PendingStatus
from publishing.selectors.compositions import (
    DraftFilter,
    composer_of,
    compositions_for_list,
)
from publishing.services.comparing import is_compared
from publishing.services.compositions import (
    copy_composition,
    delete_composition,
    place_composition,
    posts_of,
    restore_composition,
    save_composition,
    usable_accounts,
)
from publishing.services.moving_clashes import clashes_of
from publishing.services.queues import default_queue

TEMPLATE = "publishing/composition/form.html"
SEE_OTHER = 303
MOST_GAPS = 50
TURNS = {"": "1", "1": "2", "2": "3", "3": "4"}
"""How often a page asks whether a worker has compared the words, and which turn is the next."""


@require_GET
@member_of("viewer")
def composition_list(request: Request) -> HttpResponse:
    chosen = DraftFilter.of(request.GET)
    context = {
        "page": compositions_for_list(chosen=chosen, cursor=request.GET.get("cursor")),
        "chosen": chosen,
        "brands": BrandProfile.objects.only("name").order_by("name"),
        "nav_place": "calendar",
    }
    return render_part(request, "publishing/composition/list.html", "drafts", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def composition_create(request: Request) -> HttpResponse:
    """An empty composer, filled with what the address names; a POST keeps a draft, new or not."""
    if request.method == "POST":
        return _keep(request, place="")
    brands = list(BrandProfile.objects.order_by("name"))
    brand = _first_brand(request, brands)
    if brand is None:
        return render(request, TEMPLATE, {"brands": brands, "nav_place": "calendar"})
    form = _form(request, _asked(request), brand)
    _preset(form)
    if request.GET.get("template"):
        arrange(form, "template")
        arrange(form, "gaps")
    return _page(request, form.unchecked(), brands=brands)


@require_POST
@member_of("member")
def composition_place(request: Request) -> HttpResponse:
    return _keep(request, place=request.POST.get("place", "time"))


@require_GET
@member_of("viewer")
def composition_show(request: Request, composition: UUID) -> HttpResponse:
    row = _found(composition)
    variants = [each for each in row.variants.select_related("account")]
    form = _form(request, data_of(row, variants), row.brand, row).unchecked()
    return _page(request, form, row)


@require_POST
@member_of("member")
def composition_preview(request: Request) -> HttpResponse:
    """How it would look as it stands in the form; nothing is saved."""
    row, brand = _named(request)
    form = _form(request, request.POST.copy(), brand, row).unchecked()
    posts = posts_of(row) if row else []
    context = {"composer": composer_of(form, posts=posts), "brand": brand, "is_live": True}
    return render(request, "publishing/composition/_live.html", context)


@require_POST
@member_of("member")
def composition_arrangement(request: Request) -> HttpResponse:
    """The composer with something moved, added, taken over or said else; nothing is saved but an
    uploaded file."""
    row, brand = _named(request)
    form = _form(request, request.POST.copy(), brand, row).unchecked()
    problem = arrange(form, request.POST.get("arrange", ""), request.FILES.get("upload"))
    if problem is not None:
        tell(form, problem)
    return _page(request, form, row)


@require_GET
@member_of("member", atomic=False)
@throttled("link-card", limit=60, per_seconds=600, fail_open=True)
def composition_link(request: Request) -> HttpResponse:
    """The card that networks make of the link, for the composer."""
    link = request.GET.get("link", "").strip()
    context: dict[str, Any] = {}
    try:
        if link:
            card = preview_link(link)
            context = {"card": card, "picture_name": card.picture.rpartition("/")[2]}
    except Invalid as error:
        context = {"problem": error.message}
    return render(request, "publishing/composition/_link.html", context)


@require_GET
@member_of("viewer")
def composition_repetition(request: Request, composition: UUID) -> HttpResponse:
    """What the saved words repeat: asked again a few times while a worker compares them."""
    turn = request.GET.get("turn", "")
    row = _found(composition)
    context = {"row": row, "repetition": _repetition(row, turn)}
    return render(request, "publishing/composition/_repetition.html", context)


@require_POST
@member_of("member")
def composition_copy(request: Request, composition: UUID) -> HttpResponse:
    copy = copy_composition(composition=_found(composition), by=request.user)
    messages.success(request, "This is a copy. The other one stays as it is.")
    return _to(request, copy)


@require_POST
@member_of("member")
def composition_delete(request: Request, composition: UUID) -> HttpResponse:
    delete_composition(composition=_found(composition), by=request.user)
    undo = reverse("publishing:composition-restore", args=[request.organization.slug, composition])
    return _listed(request, "The draft is deleted.", undo)


@require_POST
@member_of("member")
def composition_restore(request: Request, composition: UUID) -> HttpResponse:
    row = Composition.with_deleted.filter(pk=composition).first()
    if row is None:
        raise NotFound("There is no such draft any more.")
    restore_composition(composition=row, by=request.user)
    return _listed(request, "The draft is back.")


def _keep(request: Request, *, place: str) -> HttpResponse:
    """Save what was sent and, if asked, place it: both or neither."""
    row, brand = _named(request)
    form = _form(request, request.POST.copy(), brand, row)
    problem = arrange(form, "", request.FILES.get("upload"))
    if problem is None and form.is_valid():
        try:
            with org_atomic():
                saved = save_composition(
                    key=form.cleaned_data["composition"],
                    brand=brand,
                    by=request.user,
                    said=form.said(),
                    seen=form.cleaned_data["seen"],
                    **form.words(),
                )
                made = _placed(request, form, saved, place) if place else []
        except DomainError as error:
            problem = error
        else:
            messages.success(request, _done(made) if place else "The draft is saved.")
            if clashes := [each for post in made for each in clashes_of(post)]:
                messages.warning(request, " ".join(dict.fromkeys(clashes)))
            return _to(request, saved)
    if problem is not None:
        _tell(form, row, problem)
    return _page(request, form, row)


def _placed(
    request: Request, form: CompositionForm, row: Composition, place: str
) -> list[PendingPost]:
    given: dict[str, Any] = {"submission": form.cleaned_data["submission"], "by": request.user}
    if place == "queue":
        queue = form.queue_row() or default_queue(brand=form.brand, by=request.user)
        return place_composition(composition=row, queue=queue, **given)
    if place == "now":
        return place_composition(composition=row, **given)
    if not form.wall:
        raise Invalid("Choose a day and a time to schedule it.", field="day")
    return place_composition(composition=row, wall=form.wall, zone=form.zone_shown, **given)


def _repetition(row: Composition | None, turn: str = "") -> dict[str, str]:
    """What the saved words repeat, or the turn in which to ask again."""
    if row is None:
        return {}
    if is_compared(row):
        return {"sentence": row.said_before}
    return {"turn": TURNS.get(turn, "")}


def _tell(form: CompositionForm, row: Composition | None, problem: DomainError) -> None:
    tell(form, problem)
    if problem.code == "changed_meanwhile" and row is not None:
        # Said once: whoever saves again now means it.
        row.refresh_from_db(fields=["updated_at"])
        form.sent["seen"] = row.updated_at.isoformat()


def _done(made: list[PendingPost]) -> str:
    count = f"{len(made)} posts" if len(made) != 1 else "1 post"
    waiting = sum(post.status == PendingStatus.PENDING for post in made)
    first = min(made, key=lambda post: post.scheduled_for)
    at = in_words(first.scheduled_for, first.zone or first.brand.timezone)
    if not waiting:
        return f"{count} scheduled; the first goes out {at}."
    return f"{count} put forward for approval; planned for {at}."


def _page(
    request: Request,
    form: CompositionForm,
    row: Composition | None = None,
    brands: list[BrandProfile] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "brand": form.brand,
        "brands": brands or [],
        "row": row,
        "composer": composer_of(form, posts=posts_of(row) if row else []),
        "repetition": _repetition(row),
        "nav_place": "calendar",
        "can_write": request.membership.role != "viewer",
    }
    status = 422 if form.errors else 200
    return render_part(request, TEMPLATE, "composer", context, status=status)


def _form(
    request: Request, data: QueryDict, brand: BrandProfile, row: Composition | None = None
) -> CompositionForm:
    accounts = usable_accounts(brand)
    if row is not None:
        # What cannot be used just now stays chosen, so that saving does not take it out.
        kept = [each.account for each in row.variants.select_related("account")]
        accounts += [each for each in kept if each not in accounts and not each.is_deleted]
    zones = [brand.timezone, request.organization.timezone, "UTC"]
    if is_zone(sent := data.get("zone", "")):
        zones.append(sent)
    return CompositionForm(data, brand=brand, accounts=accounts, choices=Choices(brand, zones))


def _asked(request: Request) -> QueryDict:
    """A fresh composer's data: what the address names, of which what makes no sense is left out."""
    data = QueryDict(mutable=True)
    data.update({"composition": str(uuid7()), "submission": str(uuid7())})
    for name in ("day", "time", "zone", "queue", "template", "pillar", "text", "link"):
        data[name] = request.GET.get(name, "").replace("\x00", "")[:2000]
    for name in [each for each in request.GET if each.startswith("gap_")][:MOST_GAPS]:
        data[name] = request.GET[name].replace("\x00", "")[:1000]
    if account := request.GET.get("account", ""):
        data.setlist("accounts", [account])
    return data


def _preset(form: CompositionForm) -> None:
    """What nobody has to choose: the only account, and the signature that posts have by default."""
    if len(form.accounts_there) == 1:
        form.sent.setlist("accounts", [str(form.accounts_there[0].pk)])
    # Those of the brand come before those of every brand.
    closing = next((each for each in form.choices.signatures if each.is_default), None)
    form.sent["signature"] = str(closing.pk) if closing else ""


def _first_brand(request: Request, brands: list[BrandProfile]) -> BrandProfile | None:
    """The one of the address, else the one of the account that it names, else the first."""
    wanted = uuid_or_none(request.GET.get("brand", ""))
    account = uuid_or_none(request.GET.get("account", ""))
    if wanted is None and account is not None:
        links = BrandAccountLink.objects.filter(account=account).values_list("brand_id", flat=True)
        wanted = links.first()
    return next((each for each in brands if each.pk == wanted), brands[0] if brands else None)


def _named(request: Request) -> tuple[Composition | None, BrandProfile]:
    """The draft that the form is of, if it was kept already, and its brand."""
    key = uuid_or_none(request.POST.get("composition", ""))
    row = _rows().filter(pk=key).first() if key else None
    if row is not None:
        return row, row.brand
    wanted = uuid_or_none(request.POST.get("brand", ""))
    if wanted is None:
        raise Invalid("Choose whose post this is, then write it.", field="brand")
    brand = BrandProfile.objects.filter(pk=wanted).first()
    if brand is None:
        raise NotFound("The brand of this draft is gone. Begin a new one.")
    return None, brand


def _rows() -> QuerySet[Composition]:
    return Composition.objects.select_related("brand", "signature", "template", "author")


def _found(composition: UUID) -> Composition:
    row = _rows().filter(pk=composition).first()
    if row is None:
        raise NotFound("There is no such draft. It may have been deleted.")
    return row


def _to(request: Request, row: Composition) -> HttpResponse:
    response = redirect(
        "publishing:composition-show", org=request.organization.slug, composition=row.pk
    )
    response.status_code = SEE_OTHER
    return response


def _listed(request: Request, words: str, undo: str | None = None) -> HttpResponse:
    if request.htmx:
        response = trigger_client_event(HttpResponse(status=204), "drafts")
        return toast(response, words, undo_url=undo)
    messages.success(request, words)
    return redirect("publishing:composition-list", org=request.organization.slug)
