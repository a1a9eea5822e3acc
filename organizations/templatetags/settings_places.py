"""The pages of the settings: one list behind the column beside each of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse

from organizations.models import Role
from organizations.selectors import Belonging

register = template.Library()


@dataclass(frozen=True, slots=True)
class SettingsPlace:
    group: str
    word: str
    url_name: str
    role: Role = Role.VIEWER
    all_brands: bool = False


PLACES = (
    SettingsPlace("You", "Profile", "organizations:account"),
    SettingsPlace("You", "Sign-in and security", "organizations:security"),
    SettingsPlace("You", "Notifications", "organizations:notification-choices"),
    SettingsPlace("You", "Your data", "organizations:privacy"),
    SettingsPlace("Team", "Members", "organizations:member-list"),
    SettingsPlace("Team", "Team", "organizations:team", Role.ADMIN),
    SettingsPlace("Team", "White label", "organizations:white-label", Role.ADMIN),
    SettingsPlace("Team", "Billing", "billing:billing", Role.OWNER),
    SettingsPlace("Team", "Usage", "billing:usage", all_brands=True),
    SettingsPlace("Team", "Audit log", "organizations:audit-list", Role.ADMIN),
    SettingsPlace("Team", "Data and privacy", "organizations:team-privacy", Role.OWNER),
    SettingsPlace("Connections", "Language models", "organizations:model-list", Role.ADMIN),
    SettingsPlace("Connections", "Secrets", "organizations:secret-list", Role.ADMIN),
    SettingsPlace("Connections", "API keys", "organizations:api-key-list", Role.ADMIN),
    SettingsPlace("Connections", "Webhooks", "organizations:webhook-list", Role.ADMIN),
)


@register.simple_tag(takes_context=True)
def settings_groups(context: Context) -> list[tuple[str, list[dict[str, Any]]]]:
    """The groups of pages that this member may open, each page with word, url and is_current."""
    request: HttpRequest = context["request"]
    me: Belonging = request.membership  # type: ignore[attr-defined]
    here = _place_of(request.resolver_match.view_name if request.resolver_match else "")
    links = [
        {"group": place.group, "word": place.word, "url": url, "is_current": place is here}
        for place in PLACES
        if _opens(place, me) and (url := _url(place, request))
    ]
    return [(name, list(rows)) for name, rows in groupby(links, key=lambda link: link["group"])]


def _opens(place: SettingsPlace, me: Belonging) -> bool:
    return me.role.covers(place.role) and (me.sees_all_brands or not place.all_brands)


def _url(place: SettingsPlace, request: HttpRequest) -> str:
    # A page that is not part of this installation leaves the list instead of breaking every page.
    try:
        return reverse(place.url_name, kwargs={"org": request.organization.slug})  # type: ignore[attr-defined]
    except NoReverseMatch:
        return ""


def _place_of(name: str) -> SettingsPlace | None:
    """The page itself, else the one whose noun the address continues, by its longest name."""

    def noun(place: SettingsPlace) -> str:
        return place.url_name.removesuffix("-list")

    found = [place for place in PLACES if f"{name}-".startswith(f"{noun(place)}-")]
    return max(found, key=lambda place: len(noun(place)), default=None)
