"""The composer and the list of drafts, as members, viewers and strangers meet them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from brands.models import BrandAccess, BrandProfile
from config.kernel.scoping import org_atomic
from organizations.models import Membership
from publishing.models import Composition, PendingPost, PendingStatus, SocialAccount
from publishing.services.comparing import compare
from publishing.services.compositions import set_variant
from tests import make, make_planning
from tests.make_compositions import composition, network_account
from tests.make_library import signature
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def editor(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


@pytest.fixture
def bluesky(world: World) -> SocialAccount:
    with org_atomic(world.id):
        return network_account(world.brand, "bluesky")


def address(world: World, rest: str = "") -> str:
    return f"{world.path}/compositions/{rest}"


def sent(world: World, *accounts: SocialAccount, **more: Any) -> dict[str, Any]:
    return {
        "composition": str(uuid4()),
        "submission": str(uuid4()),
        "brand": str(world.brand.pk),
        "accounts": [str(each.pk) for each in accounts or (world.account,)],
        "text": "Masts in twelve days.",
        **more,
    }


def test_an_empty_composer_opens_with_what_the_address_names(
    world: World, editor: Client, bluesky: SocialAccount
) -> None:
    query = {"account": str(bluesky.pk), "day": "2026-03-10", "time": "09:30"}
    page = editor.get(address(world, "new/"), query)
    assert page.status_code == 200
    body = page.content.decode()
    assert f'value="{bluesky.pk}" checked' in body
    assert 'value="2026-03-10"' in body and 'value="09:30"' in body
    assert len(page.content) < 100_000


@pytest.mark.parametrize(
    "query", [{"account": "x"}, {"brand": str(uuid4())}, {"template": "1"}, {"day": "soon"}]
)
def test_an_address_that_makes_no_sense_still_opens(
    world: World, editor: Client, query: dict[str, str]
) -> None:
    assert editor.get(address(world, "new/"), query).status_code == 200


def test_a_template_of_the_address_stands_in_the_text(world: World, editor: Client) -> None:
    with org_atomic(world.id):
        row = make.template(world.brand, body="{{ brand }} has {{ offer }}.", kind="post")
    body = editor.get(address(world, "new/"), {"template": str(row.pk)}).content.decode()
    assert f"{world.brand.name} has {{{{ offer }}}}." in body.replace("&amp;", "&")
    assert 'name="gap_offer"' in body


def test_a_draft_is_kept_and_shown_again(world: World, editor: Client) -> None:
    data = sent(world, hashtags="#kiel sail", link="https://a.example", part=["Second."])
    response = editor.post(address(world, "new/"), data)
    assert response.status_code == 303
    assert response["Location"] == address(world, f"{data['composition']}/")
    with org_atomic(world.id):
        row = Composition.objects.get(pk=data["composition"])
        assert (row.text, row.hashtags, row.thread) == (data["text"], ["kiel", "sail"], ["Second."])
    body = editor.get(response["Location"]).content.decode()
    assert "Masts in twelve days." in body and "#kiel #sail" in body


def test_a_draft_leads_to_repeating_it_and_to_the_pool(world: World, editor: Client) -> None:
    with org_atomic(world.id):
        make_planning.queue(world.brand)
    data = sent(world)
    editor.post(address(world, "new/"), data)
    body = editor.get(address(world, f"{data['composition']}/")).content.decode()
    for name in ("repeating", "pool"):
        link = f"{world.path}/{name}/new/?composition="
        assert link in body
        key = body.partition(link)[2].partition('"')[0]
        asked = editor.get(f"{link}{key}").content.decode()
        assert "Masts in twelve days." in asked


def test_a_double_click_keeps_one_draft(world: World, editor: Client) -> None:
    data = sent(world)
    for _ in range(2):
        assert editor.post(address(world, "new/"), data).status_code == 303
    with org_atomic(world.id):
        assert Composition.objects.count() == 1


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    world: World, editor: Client
) -> None:
    page = editor.post(address(world, "new/"), sent(world, link="harbour", text="Keep me."))
    assert page.status_code == 422
    body = page.content.decode()
    assert "A link starts with https://" in body and "Keep me." in body
    with org_atomic(world.id):
        assert not Composition.objects.exists()


def test_placed_for_all_accounts_or_for_none(
    world: World, editor: Client, bluesky: SocialAccount
) -> None:
    data = sent(world, world.account, bluesky, text="a" * 342, place="now")
    page = editor.post(address(world, "placement/"), data)
    assert page.status_code == 422
    assert "shorten it by 42" in page.content.decode()
    with org_atomic(world.id):
        assert not PendingPost.objects.exists() and not Composition.objects.exists()
    data["splits_long"] = "on"
    assert editor.post(address(world, "placement/"), data).status_code == 303
    assert editor.post(address(world, "placement/"), data).status_code == 303
    with org_atomic(world.id):
        assert PendingPost.objects.count() == 2


def test_scheduled_in_the_zone_that_is_named(world: World, editor: Client) -> None:
    when = {"place": "time", "day": "2026-03-10", "time": "09:30", "zone": "Europe/Berlin"}
    with time_machine.travel(NOW, tick=False):
        response = editor.post(address(world, "placement/"), sent(world, **when), follow=True)
    assert "put forward for approval; planned for Tue 10 Mar 09:30 CET" in response.content.decode()
    with org_atomic(world.id):
        post = PendingPost.objects.get()
        assert post.scheduled_for == datetime(2026, 3, 10, 8, 30, tzinfo=UTC)
        assert (post.wall_time, post.zone) == ("2026-03-10 09:30", "Europe/Berlin")


def test_a_schedule_without_a_time_asks_for_one(world: World, editor: Client) -> None:
    page = editor.post(address(world, "placement/"), sent(world, place="time"))
    assert page.status_code == 422
    assert "Choose a day and a time" in page.content.decode()


def test_added_to_the_queue_it_takes_the_next_free_time(world: World, editor: Client) -> None:
    response = editor.post(address(world, "placement/"), sent(world, place="queue"))
    assert response.status_code == 303
    with org_atomic(world.id):
        post = PendingPost.objects.get()
        assert post.queue is not None and post.wall_time


def test_without_an_account_nothing_is_placed(world: World, editor: Client) -> None:
    page = editor.post(address(world, "placement/"), sent(world, place="now") | {"accounts": []})
    assert page.status_code == 422
    assert "Choose at least one account" in page.content.decode()


def test_a_preview_saves_nothing_and_says_what_does_not_fit(
    world: World, editor: Client, bluesky: SocialAccount
) -> None:
    data = sent(world, bluesky, text="Our cheap masts. " + "a" * 300)
    body = editor.post(address(world, "preview/"), data).content.decode()
    assert "it does not fit yet" in body and "Change this before it goes out" in body
    assert 'id="counters"' in body
    with org_atomic(world.id):
        assert not Composition.objects.exists()


def test_one_account_can_say_it_else_and_drift_is_said(
    world: World, editor: Client, bluesky: SocialAccount
) -> None:
    data = sent(world, bluesky)
    name = f"own-{bluesky.pk}"
    body = editor.post(
        address(world, "arrangement/"), data | {"arrange": f"own-text-{bluesky.pk}"}
    ).content.decode()
    assert f'id="{name}-text"' in body and "Own text" in body
    data |= {
        name: ["text"],
        f"{name}-text": "Short.",
        f"{name}-beside-text": '"Masts in twelve days."',
    }
    assert "was changed after" not in editor.post(address(world, "preview/"), data).content.decode()
    data["text"] = "Masts in ten days."
    assert "was changed after" in editor.post(address(world, "preview/"), data).content.decode()
    assert editor.post(address(world, "new/"), data).status_code == 303
    body = editor.get(address(world, f"{data['composition']}/")).content.decode()
    assert "was changed after" in body and "See both" in body
    kept = data | {"arrange": f"keep-text-{bluesky.pk}"}
    assert (
        "was changed after"
        not in editor.post(address(world, "arrangement/"), kept).content.decode()
    )


def test_parts_and_sets_are_arranged_without_saving(world: World, editor: Client) -> None:
    with org_atomic(world.id):
        tags = make.hashtag_set(world.brand)
    data = sent(world, part=["Two.", "Three."], hashtag_set=str(tags.pk))
    arrangement = address(world, "arrangement/")
    body = editor.post(arrangement, data | {"arrange": "part-up-1"}).content.decode()
    assert body.index("Three.") < body.index("Two.")
    body = editor.post(arrangement, data | {"arrange": "hashtags"}).content.decode()
    assert f"#{tags.tags[0]}" in body
    body = editor.post(
        arrangement, data | {"text": "{{ offer }} now", "gap_offer": "Masts", "arrange": "gaps"}
    ).content.decode()
    assert "Masts now" in body


def test_somebody_elses_change_is_not_overwritten_unseen(world: World, editor: Client) -> None:
    with org_atomic(world.id):
        row = composition(world.brand, world.account)
    data = sent(world, text="Mine.") | {
        "composition": str(row.pk),
        "seen": "2020-01-01T00:00:00+00:00",
    }
    page = editor.post(address(world, "new/"), data)
    assert page.status_code == 422
    assert "Somebody changed this draft" in page.content.decode() and b"Mine." in page.content


def test_a_change_reaches_the_posts_that_wait(world: World, editor: Client) -> None:
    data = sent(world, place="now")
    editor.post(address(world, "placement/"), data)
    editor.post(address(world, "new/"), data | {"text": "Masts in ten days."})
    with org_atomic(world.id):
        assert PendingPost.objects.get().content == "Masts in ten days."
    body = editor.get(address(world, f"{data['composition']}/")).content.decode()
    assert "Posts of this draft" in body


def test_the_list_searches_copies_deletes_and_takes_back(world: World, editor: Client) -> None:
    with org_atomic(world.id):
        first = composition(world.brand, world.account, text="Masts")
        composition(world.brand, text="Sails")
    body = editor.get(address(world), {"q": "mast"}).content.decode()
    assert "Masts" in body and "Sails" not in body
    assert editor.post(address(world, f"{first.pk}/copy/")).status_code == 303
    done = editor.post(address(world, f"{first.pk}/deletion/"), headers={"HX-Request": "true"})
    assert done.status_code == 204 and "restoration" in done["HX-Trigger"]
    assert editor.get(address(world, f"{first.pk}/")).status_code == 404
    editor.post(address(world, f"{first.pk}/restoration/"))
    assert editor.get(address(world, f"{first.pk}/")).status_code == 200


@pytest.mark.parametrize("state", ["drafts", "placed"])
def test_the_list_asks_few_questions(
    world: World, editor: Client, state: str, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        for number in range(30):
            composition(world.brand, world.account, text=f"Draft {number}")
    if state == "placed":
        editor.post(address(world, "placement/"), sent(world, place="now"))
    editor.get(address(world))
    with django_assert_max_num_queries(12):
        page = editor.get(address(world), {"state": state})
    assert page.status_code == 200
    if state == "drafts":
        assert "cursor=" in page.content.decode()


def test_a_viewer_reads_and_a_stranger_finds_nothing(world: World, client: Client) -> None:
    with org_atomic(world.id):
        row = composition(world.brand, world.account)
    client.force_login(world.viewer)
    page = client.get(address(world, f"{row.pk}/"))
    assert page.status_code == 200 and 'id="composer"' not in page.content.decode()
    assert client.get(address(world, "new/")).status_code == 403
    assert client.post(address(world, "placement/"), sent(world)).status_code == 403
    client.force_login(world.stranger)
    assert client.get(address(world, f"{row.pk}/")).status_code == 404


def test_a_foreign_brand_or_draft_is_nobodys(world: World, editor: Client) -> None:
    with org_atomic(world.foreign.id):
        foreign = composition(world.foreign_brand)
    data = sent(world) | {"brand": str(world.foreign_brand.pk)}
    assert editor.post(address(world, "new/"), data).status_code == 404
    data = sent(world) | {"composition": str(foreign.pk)}
    assert editor.post(address(world, "new/"), data).status_code in (404, 422)
    with org_atomic(world.foreign.id):
        foreign.refresh_from_db()
        assert foreign.text == "Masts in twelve days."


def test_a_medium_that_is_not_ours_names_nothing(world: World, editor: Client) -> None:
    page = editor.post(address(world, "new/"), sent(world, medium=["forged"], alt=["x"]))
    assert page.status_code == 422
    assert "is not known" in page.content.decode()


def test_an_override_of_a_row_is_shown_when_it_opens(
    world: World, editor: Client, bluesky: SocialAccount
) -> None:
    with org_atomic(world.id):
        row = composition(world.brand, bluesky)
        set_variant(composition=row, account=bluesky, overrides={"text": "Short."}, by=None)
    body = editor.get(address(world, f"{row.pk}/")).content.decode()
    assert "Short." in body and "Own text" in body


def test_approved_posts_say_that_saving_voids(world: World, editor: Client) -> None:
    data = sent(world, place="now")
    editor.post(address(world, "placement/"), data)
    with org_atomic(world.id):
        PendingPost.objects.update(status=PendingStatus.APPROVED)
    body = editor.get(address(world, f"{data['composition']}/")).content.decode()
    assert "approvals are void" in body


def test_a_member_of_other_brands_finds_neither_draft_nor_brand(
    world: World, editor: Client
) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Other"))
        row = composition(world.brand, world.account)
        member = Membership.objects.get(user=world.editor)
        member.sees_all_brands = False
        member.save(update_fields=["sees_all_brands"])
        BrandAccess.objects.create(membership=member, brand=other)
    assert editor.get(address(world, f"{row.pk}/")).status_code == 404
    assert "Masts in twelve days." not in editor.get(address(world)).content.decode()
    assert editor.post(address(world, "new/"), sent(world)).status_code == 404
    assert editor.post(address(world, "placement/"), sent(world, place="now")).status_code == 404


def test_a_fresh_composer_has_the_only_account_and_the_brands_own_signature(
    world: World, editor: Client
) -> None:
    with org_atomic(world.id):
        signature(name="Team", is_default=True)
        own = signature(world.brand, is_default=True)
    chosen = editor.get(address(world, "new/")).context["form"]
    assert chosen.sent.getlist("accounts") == [str(world.account.pk)]
    assert chosen.sent["signature"] == str(own.pk)


def test_nobody_chooses_between_two_accounts_but_a_person(
    world: World, editor: Client, bluesky: SocialAccount
) -> None:
    assert editor.get(address(world, "new/")).context["form"].sent.getlist("accounts") == []


def test_two_posts_at_once_on_one_account_are_pointed_out(world: World, editor: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        times = {"place": "time", "day": "2026-03-03", "time": "10:00"}
        first = editor.post(address(world, "placement/"), sent(world, **times), follow=True)
        assert "another post of" not in first.content.decode()
        again = sent(world, **{**times, "text": "Sails by Friday.", "time": "10:05"})
        second = editor.post(address(world, "placement/"), again, follow=True)
        assert "It stands 5 min from another post of" in second.content.decode()


def test_the_page_asks_a_few_times_what_the_words_repeat(world: World, editor: Client) -> None:
    with org_atomic(world.id):
        row = composition(world.brand, text="Masts in twelve days.")
    place = address(world, f"{row.pk}/repetition/")
    for turn, following in [("", "turn=1"), ("1", "turn=2"), ("3", "turn=4")]:
        assert following in editor.get(place, {"turn": turn}).content.decode()
    assert editor.get(place, {"turn": "4"}).content.decode().strip() == ""
    with org_atomic(world.id):
        compare(composition_id=row.pk)
    assert editor.get(place).content.decode().strip() == ""
    with org_atomic(world.id):
        Composition.objects.filter(pk=row.pk).update(said_before="This is close to “Masts”.")
    assert "This is close to “Masts”." in editor.get(place).content.decode()
    assert "This is close to “Masts”." in editor.get(address(world, f"{row.pk}/")).content.decode()
