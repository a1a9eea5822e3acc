"""A composition from its first word to its posts, and what becomes of those when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord
from publishing.models import (
    Approval,
    Composition,
    LinkSettings,
    PendingPost,
    PendingStatus,
    SocialAccount,
    WhenLate,
    Workflow,
)
from publishing.services.compiling import drifted
from publishing.services.compositions import (
    change_composition,
    choose_accounts,
    compose,
    copy_composition,
    delete_composition,
    keep_override,
    place_composition,
    restore_composition,
    set_variant,
    usable_accounts,
    use_canonical,
    words_for,
)
from publishing.services.pending_posts import approve_post, edit_post
from tests.make_compositions import composition, network_account, signature
from tests.world import World

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"


@pytest.fixture(autouse=True)
def inside(world: World) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), org_atomic(world.id):
        yield


@pytest.fixture
def bluesky(world: World) -> SocialAccount:
    return network_account(world.brand, "bluesky")


def placed(world: World, *accounts: SocialAccount, **words: Any) -> list[PendingPost]:
    row = composition(world.brand, *(accounts or (world.account,)), **words)
    return place_composition(composition=row, by=world.editor)


def test_a_draft_keeps_what_was_written_and_goes_nowhere(world: World) -> None:
    row = compose(
        brand=world.brand,
        by=world.editor,
        accounts=[world.account],
        text=" Masts.\r\nSoon. ",
        hashtags=["#Kiel", "kiel"],
    )
    assert (row.text, row.hashtags, row.author) == ("Masts.\nSoon.", ["Kiel"], world.editor)
    assert not PendingPost.objects.exists()
    assert AuditRecord.objects.filter(action="composition.created", target_id=row.pk).exists()


def test_a_link_that_is_none_is_refused_at_its_field(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        compose(brand=world.brand, by=None, link="harbour")
    assert refused.value.field == "link"


def test_an_account_of_another_brand_is_refused(world: World, bluesky: SocialAccount) -> None:
    bluesky.brand_links.all().delete()
    with pytest.raises(Invalid, match="does not use"):
        compose(brand=world.brand, by=None, accounts=[bluesky])


def test_placed_at_once_it_waits_for_a_person_where_the_brand_asks_one(world: World) -> None:
    (post,) = placed(world)
    assert post.status == PendingStatus.PENDING
    assert (post.content, post.author, post.scheduled_for) == (
        "Masts in twelve days.",
        world.editor,
        NOW,
    )
    assert post.material is None and post.candidate is None


def test_where_nobody_is_asked_it_is_approved_by_who_placed_it(world: World) -> None:
    Workflow.objects.create(brand=world.brand, mode=Workflow.Mode.NONE)
    (post,) = placed(world)
    post.refresh_from_db()
    assert post.status == PendingStatus.APPROVED
    assert Approval.objects.get(pending_post=post).approver == world.editor


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        ("2026-03-02 18:00", datetime(2026, 3, 2, 17, 0, tzinfo=UTC)),
        # The clock jumps from 02:00 to 03:00.
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # 02:30 comes twice; the first.
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_of_the_clock_is_resolved_in_its_zone(
    world: World, wall: str, moment: datetime
) -> None:
    row = composition(world.brand, world.account)
    (post,) = place_composition(composition=row, by=world.editor, wall=wall, zone=BERLIN)
    assert (post.scheduled_for, post.wall_time, post.zone) == (moment, wall, BERLIN)


@pytest.mark.parametrize("wall", ["2026-03-02 09:00", "yesterday", "2026-13-01 09:00"])
def test_a_time_that_is_not_ahead_is_refused(world: World, wall: str) -> None:
    row = composition(world.brand, world.account)
    with pytest.raises(Invalid) as refused:
        place_composition(composition=row, by=world.editor, wall=wall, zone=BERLIN)
    assert refused.value.field == "day"
    assert not PendingPost.objects.exists()


def test_several_accounts_get_a_post_each_or_none_does(
    world: World, bluesky: SocialAccount
) -> None:
    row = composition(world.brand, world.account, bluesky, text="a" * 342)
    with pytest.raises(Invalid) as refused:
        place_composition(composition=row, by=world.editor)
    assert refused.value.field == "text"
    assert list(refused.value.extra["accounts"]) == [str(bluesky.pk)]
    assert "shorten it by 42" in refused.value.message
    assert not PendingPost.objects.exists()
    change_composition(composition=row, by=world.editor, splits_long=True)
    posts = place_composition(composition=row, by=world.editor)
    assert [(post.account, len(post.thread)) for post in posts] == [
        (world.account, 0),
        (bluesky, 1),
    ]


def test_without_an_account_it_says_so(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        place_composition(composition=composition(world.brand), by=world.editor)
    assert refused.value.field == "accounts"


def test_a_paused_account_stops_the_whole(world: World, bluesky: SocialAccount) -> None:
    row = composition(world.brand, world.account, bluesky)
    bluesky.is_active = False
    bluesky.save()
    with pytest.raises(Invalid, match="cannot be used"):
        place_composition(composition=row, by=world.editor)
    assert not PendingPost.objects.exists()
    assert usable_accounts(world.brand) == [world.account]


def test_a_double_click_places_once(world: World) -> None:
    row, submission = composition(world.brand, world.account), uuid4()
    first = place_composition(composition=row, by=world.editor, submission=submission)
    again = place_composition(composition=row, by=world.editor, submission=submission)
    assert [post.pk for post in first] == [post.pk for post in again]
    assert place_composition(composition=row, by=world.editor, submission=uuid4()) != first
    assert PendingPost.objects.count() == 2


@pytest.mark.parametrize("text", ["Our cheap masts.", "Dear {{ name }}, masts."])
def test_what_the_brand_forbids_is_not_placed(world: World, text: str) -> None:
    row = composition(world.brand, world.account, text=text)
    with pytest.raises(Invalid) as refused:
        place_composition(composition=row, by=world.editor)
    assert refused.value.field == "text"


def test_a_change_reaches_posts_that_have_not_left_and_voids_their_approval(
    world: World,
) -> None:
    (post,) = placed(world)
    approve_post(post=post, by=world.owner)
    change_composition(
        composition=post.variant.composition, by=world.editor, text="Masts in ten days."
    )
    post.refresh_from_db()
    assert post.content == "Masts in ten days."
    assert post.status == PendingStatus.PENDING
    assert not post.was_edited
    assert not Approval.objects.filter(voided_at=None).exists()


def test_a_change_that_readers_do_not_see_keeps_the_approval(world: World) -> None:
    (post,) = placed(world)
    approve_post(post=post, by=world.owner)
    row = post.variant.composition
    change_composition(composition=row, by=world.editor, pillar="Craft", campaign="Spring")
    change_composition(composition=row, by=world.editor, when_late=WhenLate.SKIP)
    post.refresh_from_db()
    assert post.status == PendingStatus.APPROVED
    assert (post.pillar, post.campaign, post.when_late) == ("Craft", "Spring", WhenLate.SKIP)


def test_a_post_that_has_left_stays_as_it_went(world: World) -> None:
    (post,) = placed(world)
    PendingPost.objects.update(status=PendingStatus.PUBLISHED)
    change_composition(composition=post.variant.composition, by=world.editor, text="Other.")
    post.refresh_from_db()
    assert post.content == "Masts in twelve days."


def test_a_change_that_would_not_fit_changes_nothing(world: World, bluesky: SocialAccount) -> None:
    (post,) = placed(world, bluesky)
    row = post.variant.composition
    with pytest.raises(Invalid), org_atomic():
        change_composition(composition=row, by=world.editor, text="a" * 301)
    row.refresh_from_db()
    post.refresh_from_db()
    assert row.text == post.content == "Masts in twelve days."


def test_the_same_words_again_leave_no_trace(world: World) -> None:
    row = composition(world.brand, world.account)
    count = AuditRecord.objects.count()
    change_composition(composition=row, by=world.editor, text="Masts in twelve days. ")
    assert AuditRecord.objects.count() == count


def test_an_override_reaches_its_accounts_post_alone(world: World, bluesky: SocialAccount) -> None:
    there, here = placed(world, bluesky, world.account)
    row = there.variant.composition
    variant = set_variant(
        composition=row, account=bluesky, overrides={"text": "Short."}, by=world.editor
    )
    there.refresh_from_db()
    here.refresh_from_db()
    assert (there.content, here.content) == ("Short.", "Masts in twelve days.")
    use_canonical(variant=variant, field="text", by=world.editor)
    there.refresh_from_db()
    assert there.content == "Masts in twelve days."


def test_drift_is_seen_and_can_be_kept(world: World, bluesky: SocialAccount) -> None:
    row = composition(world.brand, bluesky)
    variant = set_variant(
        composition=row, account=bluesky, overrides={"text": "Short."}, by=world.editor
    )
    row = change_composition(composition=row, by=world.editor, text="Masts in ten days.")
    assert drifted(row, variant) == ("text",)
    # Another field said else leaves what the first was written beside.
    variant = set_variant(
        composition=row,
        account=bluesky,
        overrides={"text": "Short.", "link": "https://a.example"},
        by=world.editor,
    )
    assert drifted(row, variant) == ("text",)
    variant = keep_override(variant=variant, field="text", by=world.editor)
    assert drifted(row, variant) == ()
    assert words_for(row, bluesky).text == "Short."


def test_an_edit_of_the_post_becomes_the_override(world: World, bluesky: SocialAccount) -> None:
    (post,) = placed(world, bluesky)
    edit_post(post=post, content="By hand.", hashtags=["own"], link="", by=world.owner)
    variant = post.variant
    variant.refresh_from_db()
    assert variant.overrides == {"text": "By hand.", "thread": [], "hashtags": ["own"]}
    change_composition(composition=variant.composition, by=world.editor, text="Other.")
    post.refresh_from_db()
    assert post.content == "By hand."


def test_an_edit_of_one_of_several_is_of_that_one_alone(world: World) -> None:
    row = composition(world.brand, world.account)
    first, second = (
        place_composition(composition=row, by=world.editor, submission=uuid4())[0] for _ in range(2)
    )
    edit_post(post=first, content="By hand.", hashtags=[], link="", by=world.owner)
    first.variant.refresh_from_db()
    assert first.variant.overrides == {}
    second.refresh_from_db()
    assert second.content == "Masts in twelve days."


def test_a_signature_is_part_of_what_goes_out(world: World) -> None:
    (post,) = placed(world, signature=signature(world.brand))
    assert post.content == "Masts in twelve days.\n\nHarbour & Pine, Kiel"


def test_the_link_goes_out_as_the_brand_wants_it(world: World) -> None:
    LinkSettings.objects.create(brand=world.brand, adds_utm=True)
    (post,) = placed(world, link="https://harbour.example/masts")
    assert "utm_source=feed" in post.link
    row = post.variant.composition
    assert row.link == "https://harbour.example/masts"
    change_composition(composition=row, by=world.editor, text="Other.")
    post.refresh_from_db()
    assert "utm_source=feed" in post.link
    change_composition(composition=row, by=world.editor, adds_utm=False)
    post.refresh_from_db()
    assert post.link == "https://harbour.example/masts"


def test_a_copy_is_a_draft_with_its_overrides(world: World, bluesky: SocialAccount) -> None:
    row = composition(world.brand, bluesky)
    set_variant(composition=row, account=bluesky, overrides={"text": "Short."}, by=None)
    copy = copy_composition(composition=row, by=world.editor)
    assert copy.pk != row.pk
    assert words_for(copy, bluesky).text == "Short."
    assert not PendingPost.objects.exists()


def test_a_deleted_draft_comes_back(world: World) -> None:
    row = composition(world.brand, world.account)
    delete_composition(composition=row, by=world.editor)
    assert not Composition.objects.filter(pk=row.pk).exists()
    with pytest.raises(Conflict, match="deleted meanwhile"):
        change_composition(composition=row, by=world.editor, text="Other.")
    gone = Composition.with_deleted.get(pk=row.pk)
    restore_composition(composition=gone, by=world.editor)
    assert Composition.objects.filter(pk=row.pk).exists()


def test_what_is_on_its_way_is_not_deleted(world: World) -> None:
    (post,) = placed(world)
    with pytest.raises(Conflict, match="did not leave yet"):
        delete_composition(composition=post.variant.composition, by=world.editor)


def test_an_account_with_a_post_on_its_way_stays(world: World, bluesky: SocialAccount) -> None:
    (post,) = placed(world, bluesky)
    row = post.variant.composition
    choose_accounts(composition=row, accounts=[world.account], by=world.editor)
    assert {each.account for each in row.variants.all()} == {world.account, bluesky}
    PendingPost.objects.update(status=PendingStatus.PUBLISHED)
    choose_accounts(composition=row, accounts=[world.account], by=world.editor)
    assert {each.account for each in row.variants.all()} == {world.account}


def test_several_times_are_several_posts_of_one_draft(world: World) -> None:
    row = composition(world.brand, world.account)
    for days in (1, 2):
        place_composition(composition=row, by=None, when=NOW + timedelta(days=days))
    assert PendingPost.objects.filter(variant__composition=row).count() == 2
