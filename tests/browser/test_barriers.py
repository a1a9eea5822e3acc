"""No page keeps anybody out: axe finds nothing serious, in light and dark, on a phone and a desk.

The pages come from the addresses themselves, so a new one is looked at without being named here.
Each is loaded once; then its theme and its width change under it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from tests.house.test_urls import ADDRESSES, Address, url_of

from .barriers import barriers, load_axe
from .scene import Scene
from .visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("_axe")]

WIDTHS = (1440, 390)
# Files, feeds, and an address that leads away: nothing that anybody looks at in a browser.
FILES = {
    "api:schema",
    "api:unknown",
    "brands:strategy-export",
    "billing:checkout-done",
    "billing:usage-export",
    "content:material-file",
    "content:picture",
    "feed:atom",
    "feed:entry-link",
    "feed:json",
    "feed:media",
    "healthz",
    "links:follow",
    "networks:callback",
    "networks:client-document",
    "networks:file",
    "organizations:audit-export",
    "organizations:notification-count",
    "organizations:privacy-download",
    "organizations:team-privacy-download",
    "organizations:white-label-logo",
    "organizations:white-label-style",
    # Of a link of another purpose than the scene's; tests/browser/test_portal.py opens those pages.
    "portal:calendar-file",
    "portal:choose",
    "portal:leave",
    "portal:letters",
    "portal:network",
    "portal:picture",
    "portal:report-file",
    "portal:style",
    "publishing:calendar-download",
    "publishing:channel-leave",
    "publishing:delivery-pack",
    "publishing:import-template",
    "publishing:portal-report",
    "publishing:post-export",
    "status",
}
PAGES = [
    each
    for each in ADDRESSES
    # Programs read the API with a key; what people read about it is a page like any other.
    if "GET" in each.methods and each.name not in FILES and "api:" not in (each.access or "")
]
# Those of a team that has nothing yet: their addresses name no row.
BARE = [each for each in PAGES if not set(each.kwargs) - {"org", "platform"}]
# allauth's own, which bring no list of their methods.
ENTRANCE = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_email_verification_sent",
    "socialaccount_login_cancelled",
]
ACCOUNT = [
    "account_change_password",
    "account_email",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
]
# Where a row of each noun is shown, whatever its state.
SHOWN = {
    "material": "content:material-show",
    "run": "publishing:run-show",
    "delivery": "publishing:delivery-show",
    "pending": "publishing:approval-show",
}
VIEWS = [
    "approvals/?state=approved",
    "approvals/?state=rejected",
    "approvals/?state=stopped",
    "approvals/{pending}/?variation={candidate}",
    "brands/{brand}/platforms/",
    "brands/{brand}/rules/",
    "brands/{brand}/voice/",
    "brands/{reading}/voices/",
    "channels/new/bluesky/",
    "channels/new/bluesky/?account={checked}",
    "channels/new/x/",
    "channels/{checked}/",
    "deliveries/{handed}/",
    "deliveries/{threaded}/",
    "channels/?q=nothing+of+this+name",
    "materials/?q=nothing+of+this+name",
    "materials/{marked}/",
    "materials/new/?kind=file",
    "materials/new/?kind=page",
    "posts/?q=nothing+of+these+words",
    "writing/?brand={brand}&material={material}",
]


def findings(visitor: Visitor, widths: tuple[int, ...] = WIDTHS) -> Iterator[str]:
    """What is wrong with the page that is open, in each width and theme."""
    page = visitor.page
    load_axe(page)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        yield from (f"{width} px: {barrier}" for barrier in barriers(page))
        # Nothing but colours differs in the dark.
        page.emulate_media(color_scheme="dark")
        yield from (
            f"{width} px, dark: {each}" for each in barriers(page, rules=["color-contrast"])
        )
    page.set_viewport_size({"width": 320, "height": 900})
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > 320:
        yield f"{wide} px wide in a window of 320 px"


def look_at(
    visitor: Visitor,
    path: str,
    status: int = 200,
    click: str = "",
    widths: tuple[int, ...] = WIDTHS,
) -> None:
    """Open a page, and on it what the button `click` opens: it answers and keeps nobody out."""
    visitor.page.emulate_media(color_scheme="light")
    visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    response = visitor.open(path)
    assert response.status == status, path
    assert "script-src 'self'" in response.headers["content-security-policy"]
    if "<html" not in response.text():
        return  # A part of a page, which is looked at where it stands.
    if click:
        visitor.page.get_by_role("button", name=click).first.click()
        visitor.page.locator("dialog[open], :popover-open").wait_for()
    found = [*findings(visitor, widths), *visitor.told()]
    assert not found, f"{path}\n" + "\n".join(found)


@pytest.mark.parametrize("address", PAGES, ids=lambda each: each.name)
def test_a_page_has_no_barrier(visitor: Visitor, scene: Scene, address: Address) -> None:
    visitor.sign_in(scene.world.owner)
    look_at(visitor, url_of(address, scene.world.organization.slug, scene.ids))


@pytest.mark.parametrize("address", BARE, ids=lambda each: each.name)
def test_a_page_with_nothing_on_it_has_no_barrier(
    visitor: Visitor, scene: Scene, address: Address
) -> None:
    visitor.sign_in(scene.world.stranger)
    look_at(visitor, url_of(address, scene.bare.slug, scene.ids))


@pytest.mark.parametrize("noun", ["material", "run", "delivery", "pending"])
def test_a_row_has_no_barrier_in_any_state(visitor: Visitor, scene: Scene, noun: str) -> None:
    visitor.sign_in(scene.world.owner)
    address = next(each for each in PAGES if each.name == SHOWN[noun])
    for row in scene.in_every_state(noun):
        ids = {**scene.ids, noun: row}
        look_at(visitor, url_of(address, scene.world.organization.slug, ids), widths=(390,))


@pytest.mark.parametrize("place", VIEWS)
def test_a_view_has_no_barrier(visitor: Visitor, scene: Scene, place: str) -> None:
    visitor.sign_in(scene.world.owner)
    look_at(visitor, f"{scene.world.path}/{place.format(**scene.ids)}")


@pytest.mark.parametrize(
    ("place", "button"),
    [("", "Keyboard"), ("", "Switch organization"), ("brands/{brand}/identity/", "Delete")],
)
def test_what_opens_over_a_page_has_no_barrier(
    visitor: Visitor, scene: Scene, place: str, button: str
) -> None:
    visitor.sign_in(scene.world.owner)
    look_at(visitor, f"{scene.world.path}/{place.format(**scene.ids)}", click=button)


@pytest.mark.parametrize("name", ENTRANCE)
def test_the_entrance_has_no_barrier(visitor: Visitor, name: str) -> None:
    visitor.sign_out()
    look_at(visitor, reverse(name))


@pytest.mark.parametrize("name", ACCOUNT)
def test_a_page_of_ones_own_account_has_no_barrier(
    visitor: Visitor, scene: Scene, name: str
) -> None:
    visitor.sign_in(scene.world.owner)
    look_at(visitor, reverse(name))


def test_choosing_a_new_password_has_no_barrier(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_out()
    owner = scene.world.owner
    key = f"{user_pk_to_url_str(owner)}-{default_token_generator.make_token(owner)}"
    for each in (key, "1-no-such-key"):
        user, _, token = each.partition("-")
        look_at(visitor, reverse("account_reset_password_from_key", args=[user, token]))


def test_an_error_page_has_no_barrier(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.viewer)
    team = scene.world.path
    look_at(visitor, "/no/such/page", status=404)
    look_at(visitor, f"{team}/no-such-page", status=404)
    look_at(visitor, f"{team}/materials/new/", status=403)


@pytest.mark.parametrize("name", ["admin:index", "admin:publishing_delivery_changelist"])
def test_the_operators_pages_break_no_policy(visitor: Visitor, scene: Scene, name: str) -> None:
    """They are Django's own, which has its barriers, but under our policy and with our lists."""
    visitor.sign_in(scene.operator)
    assert visitor.open(reverse(name)).status == 200
    assert visitor.told() == []
