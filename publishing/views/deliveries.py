from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from config.kernel.errors import DomainError, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.web import render_part
from organizations.access import Request, member_of
from publishing.delivery.ledger import settle_unknown
from publishing.forms.delivery import FoundForm
from publishing.forms.problems import tell
from publishing.models import Delivery, DeliveryState
from publishing.selectors.deliveries import (
    TABS,
    deliveries_for_list,
    delivery_page,
    delivery_row,
    trouble_counts,
)
from publishing.services.packs import pack_of, write_pack
from publishing.services.second_tries import send_again


@require_GET
@member_of("viewer")
def delivery_list(request: Request) -> HttpResponse:
    counts = trouble_counts()
    first = next((slug for slug in ("unknown", "missed", "failed") if counts.get(slug)), "open")
    tab = TABS.get(request.GET.get("state", first), TABS["open"])
    context = {
        "page": deliveries_for_list(tab=tab, cursor=request.GET.get("cursor")),
        "tab": tab,
        "tabs": [(each, counts.get(each.slug, "")) for each in TABS.values()],
        "nav_place": "posts",
    }
    return render_part(request, "publishing/delivery/list.html", "deliveries", context)


@require_GET
@member_of("viewer")
def delivery_show(request: Request, delivery: UUID) -> HttpResponse:
    return _page(request, _found(delivery))


@require_GET
@member_of("viewer")
def delivery_pack(request: Request, delivery: UUID) -> HttpResponse:
    """Words, pictures and videos in one file, for who posts them by hand."""
    row = _found(delivery)
    pack = pack_of(row)
    if pack is None:
        messages.info(request, "Warren sends this post itself, so there is nothing to pack.")
        return _to(request, delivery)
    zipped = write_pack(row, pack)
    name = f"post-{row.pk.hex[-8:]}.zip"
    # The decorators' word for an answer; this one is sent in pieces.
    return cast(HttpResponse, FileResponse(zipped, as_attachment=True, filename=name))


@require_POST
@member_of("member", atomic=False)
def delivery_check(request: Request, delivery: UUID) -> HttpResponse:
    """Ask the network once more, with no transaction open."""
    with org_atomic():
        row = _found(delivery)
    row = settle_unknown(delivery=row, decision="check_again", by=request.user)
    with org_atomic():
        row = _found(delivery)
        if row.state == DeliveryState.UNKNOWN:
            messages.warning(request, "Looked again: it still cannot be told. Look there yourself.")
        elif row.state == DeliveryState.ACCEPTED:
            messages.info(request, f"Looked again. {row.error_message}")
        else:
            messages.success(request, "Looked again: the outcome is known now.")
        return _to(request, delivery)


@require_POST
@member_of("member")
def delivery_confirm(request: Request, delivery: UUID) -> HttpResponse:
    row = _found(delivery)
    form = _form(row, request.POST)
    if form.is_valid():
        url = form.cleaned_data["url"] or _stand_in(request, row)
        try:
            settle_unknown(delivery=row, decision="is_out", by=request.user, url=url)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, "Noted: the post is out. Its numbers are read from now on.")
            return _to(request, delivery)
    return _page(request, row, form, status=422)


@require_POST
@member_of("member")
def delivery_resend(request: Request, delivery: UUID) -> HttpResponse:
    """An unknown one is sent by the ledger; a failed or missed one is approved anew first."""
    row = _found(delivery)
    if row.state == DeliveryState.UNKNOWN:
        settle_unknown(delivery=row, decision="send_again", by=request.user)
    else:
        row = send_again(delivery=row, by=request.user)
    messages.success(request, "It is sent again now.")
    return _to(request, row.pk)


@require_POST
@member_of("member")
def delivery_leave(request: Request, delivery: UUID) -> HttpResponse:
    settle_unknown(delivery=_found(delivery), decision="not_sent", by=request.user)
    messages.success(request, "Noted: it did not go out. Its credit is given back.")
    return _to(request, delivery)


def _found(delivery: UUID) -> Delivery:
    row = delivery_row(delivery)
    if row is None:
        raise NotFound("There is no such delivery. It may belong to another team.")
    return row


def _form(row: Delivery, data: QueryDict | None = None) -> FoundForm:
    return FoundForm(data, is_required=pack_of(row) is None)


def _stand_in(request: Request, row: Delivery) -> str:
    """For a post whose address nobody has: that of its delivery here, which no other post has."""
    return request.build_absolute_uri(
        reverse(
            "publishing:delivery-show",
            kwargs={"org": request.organization.slug, "delivery": row.pk},
        )
    )


def _page(
    request: Request, row: Delivery, form: FoundForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "found": delivery_page(row),
        "form": form or _form(row),
        "zone": row.pending_post.brand.timezone,
        "nav_place": "posts",
    }
    return render_part(request, "publishing/delivery/show.html", "live", context, status=status)


def _to(request: Request, delivery: UUID) -> HttpResponse:
    return redirect("publishing:delivery-show", org=request.organization.slug, delivery=delivery)
