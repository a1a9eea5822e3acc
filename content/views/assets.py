from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from config.kernel.errors import Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part, toast
from content.forms.library import AssetForm, BulkForm, CropForm, PlaceForm, tags_in
from content.models import Asset
from content.selectors import library as selectors
from content.services import library
from content.services.library_cuts import RATIOS, box_for, cut_asset
from content.services.library_folders import move_assets
from content.services.upward import NetworkRendition, asset_renditions, file_mentions
from organizations.access import Request, member_of
from organizations.throttles import throttled

LIST = "content/asset/list.html"
PICKER_TILES = 12


@require_GET
@member_of("viewer")
def asset_list(request: Request) -> HttpResponse:
    return render_part(request, LIST, "results", _listed(request))


@require_GET
@member_of("viewer")
def asset_picker(request: Request) -> HttpResponse:
    """Files to choose from, as a piece of another page's form: a choice is `asset=<id>`."""
    chosen = selectors.chosen_of(request.GET)
    ids = [found for each in request.GET.getlist("asset") if (found := _uuid(each))]
    ticked = list(Asset.objects.filter(pk__in=ids).order_by("-created_at")) if ids else []
    cursor = request.GET.get("cursor")
    context = {
        "page": selectors.assets_page(chosen, cursor, size=PICKER_TILES, without=ids),
        "ticked": ticked,
        "chosen": chosen,
        "branches": selectors.folder_tree(),
    }
    return render(request, "content/asset/_picker.html", context)


@require_POST
@member_of("member", atomic=False)
@throttled("upload", limit=60, per_seconds=3600, fail_open=True)
def asset_create(request: Request) -> HttpResponse:
    """Files by a plain form, for browsers without the behaviour that sends them in pieces."""
    files = request.FILES.getlist("upload")
    with org_atomic():
        form = PlaceForm(request.POST)
        place = form.cleaned_data if form.is_valid() else None
    if place is None or not files:
        messages.error(request, "Nothing was uploaded: choose a file, and where it belongs.")
        return redirect("content:asset-list", org=request.organization.slug)
    for upload in files:
        try:
            asset = library.keep_file(upload=upload, by=request.user, **place)
        except Invalid as error:
            messages.error(request, f"{upload.name}: {error.message}")
        else:
            _tell_kept(request, asset)
    return redirect("content:asset-list", org=request.organization.slug)


def _tell_kept(request: Request, asset: Asset) -> None:
    if asset.was_there:
        messages.info(
            request, f"This file is in the library already, as “{asset.name}”. It is kept once."
        )
    else:
        messages.success(request, f"“{asset.name}” is in the library.")


@require_GET
@member_of("viewer")
def asset_show(request: Request, asset: UUID) -> HttpResponse:
    row = _found(asset)
    return _page(request, row, AssetForm(row=row))


@require_POST
@member_of("member")
def asset_edit(request: Request, asset: UUID) -> HttpResponse:
    row = _found(asset)
    form = AssetForm(request.POST, row=row)
    if form.is_valid():
        try:
            changed = library.change_asset(asset=row, by=request.user, **form.values())
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"“{changed.name}” is saved.")
            return redirect("content:asset-show", org=request.organization.slug, asset=row.pk)
    return _page(request, row, form, status=422)


@require_POST
@member_of("member", atomic=False)
@throttled("crop", limit=120, per_seconds=3600, fail_open=True)
def asset_crop(request: Request, asset: UUID) -> HttpResponse:
    with org_atomic():
        row = _found(asset)
    form = CropForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say how much to cut in percent, from 0 to 100.")
        return redirect("content:asset-show", org=request.organization.slug, asset=row.pk)
    try:
        cut = cut_asset(asset=row, box=form.box(row), by=request.user)
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("content:asset-show", org=request.organization.slug, asset=row.pk)
    words = "That cut is there already." if cut.was_there else "The cut is a picture of its own."
    messages.success(request, f"{words} The whole picture stays.")
    return redirect("content:asset-show", org=request.organization.slug, asset=cut.pk)


@require_GET
@member_of("viewer", atomic=False)
def asset_renditions_show(request: Request, asset: UUID) -> HttpResponse:
    """What each network would get, made now where it is not there yet."""
    with org_atomic():
        row = _found(asset)
    source = asset_renditions.get()
    shown = source(library.as_medium(row), brand_id=row.brand_id) if source else []
    if request.htmx:
        return render(request, "content/asset/_renditions.html", {"asset": row, "shown": shown})
    with org_atomic():
        return _page(request, row, AssetForm(row=row), shown=shown)


@require_POST
@member_of("member")
def asset_tag(request: Request) -> HttpResponse:
    form = BulkForm(request.POST)
    if not form.is_valid():
        return _refused(request, form.problem)
    tags = tags_in(form.cleaned_data["tags"])
    if not tags:
        return _refused(request, "Write the tags first, separated by commas.")
    try:
        count = library.tag_assets(asset_ids=form.ids, tags=tags, by=request.user)
    except Invalid as error:
        return _refused(request, error.message)
    return _done(request, f"{_files(count)} tagged.")


@require_POST
@member_of("member")
def asset_move(request: Request) -> HttpResponse:
    form = BulkForm(request.POST)
    if not form.is_valid():
        return _refused(request, form.problem)
    folder = form.cleaned_data["folder"]
    try:
        count = move_assets(asset_ids=form.ids, folder=folder, by=request.user)
    except Invalid as error:
        return _refused(request, error.message)
    place = f"into “{folder.name}”" if folder else "out of their folders"
    return _done(request, f"{_files(count)} moved {place}.")


@require_POST
@member_of("member")
def asset_delete(request: Request) -> HttpResponse:
    form = BulkForm(request.POST)
    if not form.is_valid():
        return _refused(request, form.problem)
    ids = form.ids
    count = library.delete_assets(asset_ids=ids, by=request.user)
    undo = reverse("content:asset-restore", args=[request.organization.slug])
    undo += "?" + urlencode({"asset": [str(each) for each in ids]}, doseq=True)
    words = f"{_files(count)} deleted. Posts keep what they show; undo it within 30 days."
    return _done(request, words, undo_url=undo)


@require_POST
@member_of("member")
def asset_restore(request: Request) -> HttpResponse:
    ids = [found for each in request.POST.getlist("asset") if (found := _uuid(each))]
    ids += [found for each in request.GET.getlist("asset") if (found := _uuid(each))]
    count = library.restore_assets(asset_ids=ids, by=request.user)
    return _done(request, f"{_files(count)} back in the library.")


def _listed(request: Request) -> dict[str, Any]:
    chosen = selectors.chosen_of(request.GET)
    branches = selectors.folder_tree()
    here = next((each.folder for each in branches if str(each.folder.pk) == chosen.folder), None)
    return {
        "page": selectors.assets_page(chosen, request.GET.get("cursor")),
        "chosen": chosen,
        "branches": branches,
        "here": here,
        "tags": selectors.common_tags(),
        "brands": selectors.brand_choices(),
        "kinds": selectors.KINDS,
        "room": selectors.room(),
        "most_video_mb": settings.WARREN_VIDEO_MB,
        "may_write": request.membership.role != "viewer",
        "query": request.GET.urlencode(),
        "nav_place": "materials",
    }


def _page(
    request: Request,
    row: Asset,
    form: AssetForm,
    status: int = 200,
    shown: Sequence[NetworkRendition] | None = None,
) -> HttpResponse:
    uses = [use for _, mentions in file_mentions.items() for use in mentions(row.reference)]
    context = {
        "asset": row,
        "form": form,
        "uses": uses,
        "cuts": list(row.cuts.all()[:12]),
        "crops": [] if row.is_video else _crops(row),
        "size": selectors.size_words(row.size_bytes),
        "has_renditions": asset_renditions.get() is not None,
        "shown": shown,
        "nav_place": "materials",
        "may_write": request.membership.role != "viewer",
    }
    return render(request, "content/asset/show.html", context, status=status)


def _crops(row: Asset) -> list[dict[str, Any]]:
    """Each shape with its largest part around the focal point, in percent for the fields."""
    found = []
    for name, ratio in RATIOS.items():
        box = box_for(row, ratio)
        sides = {side: round(value * 100, 2) for side, value in box.as_json().items()}
        found.append({"name": name, "ratio": ratio, **sides})
    return found


def _done(request: Request, words: str, *, undo_url: str | None = None) -> HttpResponse:
    if request.htmx:
        response = render_part(request, LIST, "results", _listed(request))
        return toast(response, words, undo_url=undo_url)
    messages.success(request, words)
    return redirect(_back(request))


def _refused(request: Request, words: str) -> HttpResponse:
    if request.htmx:
        raise Invalid(words)
    messages.error(request, words)
    return redirect(_back(request))


def _back(request: Request) -> str:
    query = request.GET.copy()
    query.pop("asset", None)
    address = reverse("content:asset-list", args=[request.organization.slug])
    return f"{address}?{query.urlencode()}" if query else address


def _found(asset: UUID) -> Asset:
    rows = Asset.objects.select_related("brand", "folder", "made_from", "created_by")
    row: Asset | None = rows.filter(pk=asset).first()
    if row is None:
        raise NotFound("There is no such file in the library. It may have been deleted.")
    return row


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
