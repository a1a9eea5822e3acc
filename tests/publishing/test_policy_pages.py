from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import User
from publishing.models import (
    ContractStatus,
    PendingPost,
    PendingStatus,
    PolicyContract,
    Stop,
)
from publishing.selectors.stops import stops_page
from publishing.services import stops
from publishing.services.standing import forget
from tests import make
from tests.world import World

from .deliveries import again, deliver, due_deliveries, due_delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def policy(world: World, rest: str = "") -> str:
    return f"{world.path}/brands/{world.brand.pk}/policy/{rest}"


TERMS: dict[str, Any] = {
    "topics": "Craft, masts",
    "topics_excluded": "",
    "superlatives": "on",
    "days": ["1", "2", "3", "4", "5"],
    "opens": "08:00",
    "until": "18:00",
    "timezone": "Europe/Berlin",
    "posts_per_day": "2",
    "credits_per_day": "",
    "first_posts_reviewed": "5",
    "ends_on": "",
}


def test_a_policy_is_drafted_read_and_signed(client: Client, inside: World) -> None:
    signed_in(client, inside.owner)
    client.post(policy(inside, "draft/"))
    answer = client.post(policy(inside, "draft/"), TERMS)
    assert answer.status_code == 302
    page = client.get(policy(inside)).content.decode()
    assert "Only texts about Craft and masts." in page
    assert "from 08:00 until 18:00 (Europe/Berlin)" in page
    [seen] = re.findall(r'name="seen" value="([^"]+)"', page)
    client.post(policy(inside, "signature/"), {"name": "Olivia Owner", "seen": seen})
    row = PolicyContract.objects.get(status=ContractStatus.SIGNED)
    assert (row.number, row.claims, row.hours["days"]) == (2, ["superlative"], [1, 2, 3, 4, 5])


def test_a_wrong_draft_is_told_at_its_field_and_kept(client: Client, inside: World) -> None:
    signed_in(client, inside.owner)
    answer = client.post(policy(inside, "draft/"), {**TERMS, "until": ""})
    assert answer.status_code == 422
    assert "Give both: from when and until when." in answer.content.decode()
    assert "Craft, masts" in answer.content.decode()


def test_a_draft_that_was_changed_meanwhile_is_not_signed(client: Client, inside: World) -> None:
    signed_in(client, inside.owner)
    client.post(policy(inside, "draft/"))
    seen = (now() - timedelta(days=1)).isoformat()
    answer = client.post(policy(inside, "signature/"), {"name": "Olivia", "seen": seen})
    assert answer.status_code == 422
    assert "changed while you read it" in answer.content.decode()


def test_a_draft_that_was_begun_meanwhile_is_not_signed_for_the_standard(
    client: Client, inside: World
) -> None:
    PolicyContract.objects.all().delete()
    signed_in(client, inside.owner)
    assert "Sign the standard policy" in client.get(policy(inside)).content.decode()
    client.post(policy(inside, "draft/"), {**TERMS, "posts_per_day": "90"})
    answer = client.post(policy(inside, "signature/"), {"name": "Olivia"})
    assert answer.status_code == 422
    assert "changed while you read it" in answer.content.decode()
    assert not PolicyContract.objects.filter(status=ContractStatus.SIGNED).exists()


def test_a_policy_somebody_else_signed_meanwhile_is_read_first(
    client: Client, inside: World
) -> None:
    signed_in(client, inside.owner)
    before = PolicyContract.objects.get().pk
    answer = client.post(policy(inside, "signature/"), {"name": "Olivia"}, follow=True)
    assert "Somebody signed a policy while you read" in answer.content.decode()
    assert PolicyContract.objects.get(status=ContractStatus.SIGNED).pk == before


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        ("Pacific/Auckland", "2027-03-31T10:59:00+00:00"),
        ("America/Los_Angeles", "2027-04-01T06:59:00+00:00"),
    ],
)
def test_its_last_day_is_one_of_its_own_zone_and_stays_when_saved_again(
    client: Client, inside: World, zone: str, ends: str
) -> None:
    signed_in(client, inside.owner)
    terms = {**TERMS, "timezone": zone, "ends_on": "2027-03-31"}
    client.post(policy(inside, "draft/"), terms)
    for _ in range(2):
        page = client.get(policy(inside)).content.decode()
        assert "It ends on 31 March 2027." in page
        [shown] = re.findall(r'name="ends_on" value="([^"]+)"', page)
        client.post(policy(inside, "draft/"), {**terms, "ends_on": shown})
    draft = PolicyContract.objects.get(status=ContractStatus.DRAFT)
    assert draft.ends_at is not None and draft.ends_at.isoformat() == ends


def test_members_draft_and_do_not_sign(client: Client, inside: World) -> None:
    signed_in(client, inside.editor)
    assert client.post(policy(inside, "draft/")).status_code == 302
    assert client.post(policy(inside, "signature/"), {"name": "Me"}).status_code == 403
    assert client.post(policy(inside, "withdrawal/")).status_code == 403


def test_the_standard_is_signed_at_once_where_there_is_none(client: Client, inside: World) -> None:
    PolicyContract.objects.all().delete()
    signed_in(client, inside.owner)
    assert "Sign the standard policy" in client.get(policy(inside)).content.decode()
    client.post(policy(inside, "signature/"), {"name": "Olivia Owner"})
    assert PolicyContract.objects.get().status == ContractStatus.SIGNED


def test_a_withdrawal_says_what_waits_again(client: Client, inside: World) -> None:
    signed_in(client, inside.owner)
    answer = client.post(policy(inside, "withdrawal/"), {"reason": "New campaign"}, follow=True)
    assert "Policy 1 is withdrawn." in answer.content.decode()
    assert "New campaign" in answer.content.decode()


def test_it_says_what_the_last_posts_would_have_done(client: Client, inside: World) -> None:
    good = make.pending_post(inside.brand, inside.account, status=PendingStatus.PUBLISHED)
    make.pending_post(inside.brand, inside.account, content="Only £85, says Helen.")
    page = signed_in(client, inside.viewer).get(policy(inside)).content.decode()
    assert good.content
    assert "last 2 posts under this policy" in page
    assert (
        "1 would have gone out, 1 would have waited (prices or offers 1, named persons 1)" in page
    )


def test_a_foreign_brand_has_no_policy_here(client: Client, inside: World) -> None:
    address = f"{inside.path}/brands/{inside.foreign_brand.pk}/policy/"
    assert signed_in(client, inside.owner).get(address).status_code == 404


# -- Stops ----------------------------------------------------------------------------------------


def test_a_stop_is_pulled_told_on_every_page_and_let_go(
    client: Client, inside: World, settings: Any
) -> None:
    settings.WARREN_DELIVERY_THREADS = 0
    delivery = due_delivery(inside.brand, inside.account)
    signed_in(client, inside.admin)
    given = {"what": f"brand:{inside.brand.pk}", "reason": "A wrong price"}
    answer = client.post(f"{inside.path}/stops/new/", given, follow=True)
    assert "stands still" in answer.content.decode()
    deliver(delivery)
    assert again(delivery).error_code == "stopped"
    page = client.get(f"{inside.path}/channels/").content.decode()
    assert "A wrong price" in page
    page = client.get(f"{inside.path}/stops/").content.decode()
    assert "Waiting behind it" in page and "Let go" in page
    row = Stop.objects.get()
    stops.resume(stop=row, by=inside.admin)
    assert "A wrong price" not in client.get(f"{inside.path}/channels/").content.decode()
    assert "A wrong price" in client.get(f"{inside.path}/stops/").content.decode()


def test_a_stop_that_is_over_says_who_pulled_it_and_who_let_go(
    client: Client, inside: World
) -> None:
    inside.editor.name = ""
    inside.editor.save(update_fields=["name"])
    row = stops.stop(level="account", by=inside.editor, reason="Wait", account=inside.account)
    [held] = stops.standing()
    assert f"Stopped by {inside.editor.email} on" in held.sentence
    signed_in(client, inside.viewer)
    # Every page names what stands still, and not only its kind.
    page = client.get(f"{inside.path}/channels/").content.decode()
    assert f"{escape(inside.account.name)} stands still" in page
    stops.resume(stop=row, by=inside.admin, note="Looked at")
    page = client.get(f"{inside.path}/stops/").content.decode()
    assert f"stopped by {inside.editor.email}" in page
    assert f"Let go by {inside.admin.name}" in page and "then: Looked at" in page


def test_a_banner_names_the_moment_in_the_time_of_the_team(client: Client, inside: World) -> None:
    row = stops.stop(level="brand", by=inside.admin, reason="Wait", brand=inside.brand)
    Stop.objects.filter(pk=row.pk).update(created_at=datetime(2026, 3, 3, 22, 30, tzinfo=UTC))
    forget()
    page = signed_in(client, inside.viewer).get(f"{inside.path}/channels/").content.decode()
    assert "on 03 March 2026, 23:30 CET:" in page


@pytest.mark.parametrize("level", ["brand", "account", "organization"])
def test_the_notice_of_a_stop_names_what_stands_still(
    client: Client, inside: World, level: str
) -> None:
    where: dict[str, Any] = {
        "brand": {"brand": inside.brand},
        "account": {"account": inside.account},
    }
    row = stops.stop(level=level, by=inside.admin, reason="Wait", **where.get(level, {}))
    name = escape(stops.name_of(row))
    stops.resume(stop=row, by=inside.admin)
    page = signed_in(client, inside.owner).get(f"{inside.path}/notifications/").content.decode()
    assert f"{name} stands still" in page
    assert f"{name} goes on: posts leave again" in page


def test_letting_go_asks_who_it_is_once_more(client: Client, inside: World) -> None:
    row = stops.stop(level="organization", by=inside.admin, reason="Wait")
    signed_in(client, inside.admin)
    answer = client.post(f"{inside.path}/stops/{row.pk}/release/")
    assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    signed_in(client, inside.editor)
    assert client.post(f"{inside.path}/stops/{row.pk}/release/").status_code == 403
    row.refresh_from_db()
    assert row.resumed_at is None


def test_members_stop_brands_and_channels_and_no_more(client: Client, inside: World) -> None:
    signed_in(client, inside.editor)
    address = f"{inside.path}/stops/new/"
    whole = client.post(address, {"what": "organization:", "reason": "Wait"})
    assert whole.status_code == 422
    one = client.post(address, {"what": f"account:{inside.account.pk}", "reason": "Wait"})
    assert one.status_code == 302
    assert Stop.objects.get().level == Stop.Level.ACCOUNT
    without = client.post(address, {"what": f"brand:{inside.brand.pk}", "reason": ""})
    assert without.status_code == 422
    signed_in(client, inside.viewer)
    assert client.get(f"{inside.path}/stops/").status_code == 200
    assert client.post(address, {}).status_code == 403


def test_each_stop_names_what_waits_behind_it_first_first_and_counts_the_rest(
    client: Client, inside: World
) -> None:
    texts = [f"Mast {number:02}." for number in range(13)]
    due_deliveries(inside.brand, [inside.account], texts)
    for number, text in enumerate(texts):
        moment = now() - timedelta(minutes=number)
        PendingPost.objects.filter(content=text).update(scheduled_for=moment)
    stops.stop(level="organization", by=inside.admin, reason="Wait")
    stops.stop(level="platform", by=inside.admin, reason="Over there", platform="bluesky")
    stops.stop(level="brand", by=inside.admin, reason="A wrong price", brand=inside.brand)
    [brand, network, everything] = stops_page().living
    assert (
        [each.text for each in brand.held]
        == texts[:2:-1]
        == [each.text for each in everything.held]
    )
    assert (brand.held_count, brand.more, everything.held_count) == (13, 3, 13)
    assert (network.held, network.held_count) == ([], 0)
    signed_in(client, inside.admin)
    page = client.get(f"{inside.path}/stops/").content.decode()
    assert page.count("Mast 12.") == 2 and "and 3 more" in page


@pytest.mark.parametrize("stopped", [1, 4])
def test_the_page_takes_few_queries_whatever_stands_still(
    client: Client, inside: World, stopped: int, django_assert_max_num_queries: Any
) -> None:
    due_deliveries(inside.brand, [inside.account], [f"Mast {each}." for each in range(12)])
    for platform in ("feed", "bluesky", "mastodon", "telegram")[:stopped]:
        stops.stop(level="platform", by=inside.admin, reason="Wait", platform=platform)
    signed_in(client, inside.admin)
    client.get(f"{inside.path}/stops/")
    with django_assert_max_num_queries(12):
        client.get(f"{inside.path}/stops/")
