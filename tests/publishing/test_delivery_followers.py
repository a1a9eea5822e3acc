"""Threads and first comments: every part a delivery of its own that cannot harm its post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from billing.models import CreditTransaction
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict
from content.models import Material
from organizations.models import AuditRecord
from publishing.delivery import ledger, send
from publishing.delivery.claim import claim
from publishing.models import (
    Decision,
    Delivery,
    DeliveryState,
    Part,
    PendingPost,
    PendingStatus,
    Post,
)
from publishing.notices import failed_post
from publishing.selectors.deliveries import (
    TABS,
    deliveries_for_list,
    followers_of,
    trouble_counts,
)
from publishing.services.approvals import give_approval
from publishing.services.pending_posts import edit_post
from publishing.services.second_tries import send_again
from tests import make
from tests.world import World

from .deliveries import account_on, again
from .platform import Platform, RemoteAccount, RemotePost

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_ledger")]

THREAD = ["The second part.", "The third part."]
COMMENT = "Where to read more."


@pytest.fixture(params=["test_a", "test_b", "test_c", "test_d"])
def channel(request: Any) -> str:
    return str(request.param)


def thread_on(
    world: World, platform: Platform, channel: str, *modes: str, **fields: Any
) -> tuple[Delivery, RemoteAccount]:
    server, remote = platform.join(*modes)
    account = account_on(world.brand, channel, server)
    given = {"thread": THREAD, "first_comment": COMMENT, **fields}
    post = make.pending_post(
        world.brand,
        account,
        content="The first part.",
        status=PendingStatus.AUTO_APPROVED,
        scheduled_for=now(),
        **given,
    )
    give_approval(post=post, policy="Tests approve everything.")
    return ledger.schedule_delivery(pending_post=post), remote


def run_out(turns: int = 8) -> None:
    """Work as sweeps do, until nothing is due."""
    for _ in range(turns):
        due = Delivery.objects.filter(due_at__lte=now()).values_list("pk", flat=True)
        if not ledger.deliver(delivery_ids=list(due)):
            return


def states(root: Delivery) -> list[str]:
    return [str(again(root).state), *(str(row.state) for row in followers_of(root))]


def under(remote: RemoteAccount) -> dict[str, str]:
    """Each text over there and the text that it stands under."""
    texts = {post.id: post.text for post in remote.posts}
    return {post.text: texts.get(post.parent, "") for post in remote.posts}


def test_a_thread_goes_out_part_by_part_and_the_comment_under_the_post(
    world: World, platform: Platform, channel: str
) -> None:
    root, remote = thread_on(world, platform, channel)
    run_out()
    assert states(root) == ["published"] * 4
    assert under(remote) == {
        "The first part.": "",
        "The second part.": "The first part.",
        "The third part.": "The second part.",
        COMMENT: "The first part.",
    }
    rows = followers_of(root)
    assert [row.occurrence for row in rows] == ["1/2", "1/3", "1/comment"]
    assert [row.part for row in rows] == [Part.REPLY, Part.REPLY, Part.COMMENT]
    assert len({row.idempotency_key for row in [root, *rows]}) == 4


def test_a_thread_is_one_post_that_is_paid_and_counted_once(
    world: World, platform: Platform
) -> None:
    root, _ = thread_on(world, platform, "test_a")
    run_out()
    assert Post.objects.get().delivery_id == root.pk
    assert PendingPost.objects.get().status == PendingStatus.PUBLISHED
    assert Material.objects.get(pk=root.pending_post.material_id).usage_count == 1
    amounts = CreditTransaction.objects.filter(action="publish").values_list("amount", flat=True)
    assert list(amounts) == [-1]
    told = AuditRecord.objects.filter(action__startswith="delivery.").values_list(
        "action", flat=True
    )
    assert sorted(told) == [
        *["delivery.part_published"] * 3,
        "delivery.published",
        "delivery.scheduled",
    ]
    assert Decision.objects.filter(summary__startswith="Part 2 of the thread is out").exists()


def test_nothing_leaves_before_what_it_goes_under(world: World, platform: Platform) -> None:
    root, remote = thread_on(world, platform, "test_a")
    assert {row.due_at for row in followers_of(root)} == {None}
    ledger.deliver(delivery_ids=[row.pk for row in followers_of(root)])
    assert remote.log == []
    ledger.deliver(delivery_ids=[root.pk])
    second, third, comment = followers_of(root)
    assert again(root).published_at == second.due_at == comment.due_at
    assert third.due_at is None


def test_parts_are_frozen_with_their_post(world: World, platform: Platform) -> None:
    root, remote = thread_on(world, platform, "test_a")
    PendingPost.objects.update(thread=["Written by somebody else."])
    run_out()
    assert sorted(post.text for post in remote.posts) == sorted(
        ["The first part.", *THREAD, COMMENT]
    )


# -- When the post itself does not go out ---------------------------------------------------------


def test_an_edit_takes_the_whole_thread_back(world: World, platform: Platform) -> None:
    root, remote = thread_on(world, platform, "test_a")
    edit_post(post=root.pending_post, content="New.", hashtags=[], link="", by=world.owner)
    assert states(root) == ["cancelled"] * 4
    run_out()
    assert remote.log == []


def test_a_refused_post_takes_its_parts_along_and_a_new_one_brings_its_own(
    world: World, platform: Platform
) -> None:
    root, remote = thread_on(world, platform, "test_a", "400")
    run_out()
    assert states(root) == ["failed"] * 4
    assert [row.error_code for row in followers_of(root)] == ["with_its_post"] * 3
    assert trouble_counts() == {"failed": 1}
    new = send_again(delivery=root, by=world.owner)
    run_out()
    assert states(new) == ["published"] * 4
    assert [row.occurrence for row in followers_of(new)] == ["2/2", "2/3", "2/comment"]
    assert len(remote.posts) == 4


def test_a_missed_post_takes_its_parts_along_and_brings_them_back(
    world: World, platform: Platform
) -> None:
    root, remote = thread_on(world, platform, "test_a")
    with time_machine.travel(now() + timedelta(hours=3), tick=True):
        run_out()
        assert states(root) == ["missed", *["failed"] * 3]
        assert trouble_counts() == {"missed": 1}
        assert send_again(delivery=root, by=world.owner) == root
        run_out()
        assert states(root) == ["published"] * 4
    assert len(remote.posts) == 4


def test_a_post_that_is_withdrawn_at_the_last_moment_takes_its_parts_along(
    world: World, platform: Platform
) -> None:
    root, remote = thread_on(world, platform, "test_a")
    parcels = claim(world.id, [root.pk], owner="a worker")
    PendingPost.objects.update(status=PendingStatus.PENDING)
    assert send.begin(world.id, parcels) == []
    assert states(root) == ["cancelled"] * 4


# -- When a part does not go out ------------------------------------------------------------------


def test_a_part_that_is_refused_harms_nothing_and_is_told(world: World, platform: Platform) -> None:
    # The comment and the second part leave together; both are refused here.
    root, remote = thread_on(world, platform, "test_c", "ok", "400", "400")
    run_out()
    assert states(root) == ["published", "failed", "scheduled", "failed"]
    assert PendingPost.objects.get().status == PendingStatus.PUBLISHED
    assert PendingPost.objects.get().failure_reason == ""
    assert Post.objects.count() == 1
    second = followers_of(root)[0]
    told = AuditRecord.objects.get(action="delivery.part_failed", target_id=second.pk)
    assert told.reason == second.error_message
    assert Decision.objects.filter(summary__startswith="Part 2 of the thread was not").exists()
    assert trouble_counts() == {"failed": 2}
    listed = deliveries_for_list(tab=TABS["failed"]).items
    assert {row.occurrence for row in listed} == {"1/2", "1/comment"}
    assert list(deliveries_for_list(tab=TABS["open"]).items) == []


def test_a_part_is_sent_again_alone_and_the_rest_follows(world: World, platform: Platform) -> None:
    root, remote = thread_on(world, platform, "test_c", "ok", "400", first_comment="")
    run_out()
    second = followers_of(root)[0]
    again_ = send_again(delivery=second, by=world.owner)
    assert (again_, again_.state) == (second, DeliveryState.SCHEDULED)
    run_out()
    assert states(root) == ["published"] * 3
    assert [post.text for post in remote.posts] == ["The first part.", *THREAD]
    amounts = CreditTransaction.objects.filter(action="publish").values_list("amount", flat=True)
    assert list(amounts) == [-1]
    with pytest.raises(Conflict):
        send_again(delivery=second, by=world.owner)


@pytest.mark.parametrize("decision", ["is_out", "not_sent", "send_again"])
def test_a_part_of_which_nobody_knows_is_settled_alone(
    world: World, platform: Platform, decision: str
) -> None:
    root, remote = thread_on(world, platform, "test_d", "ok", "500_after", first_comment="")
    run_out()
    second = followers_of(root)[0]
    assert states(root) == ["published", "unknown", "scheduled"]
    assert AuditRecord.objects.filter(action="delivery.part_unknown").exists()
    url = "https://network.example/posts/2"
    ledger.settle_unknown(delivery=second, decision=decision, by=world.owner, url=url)
    run_out()
    ends = {"is_out": "published", "not_sent": "failed", "send_again": "published"}
    last = "scheduled" if decision == "not_sent" else "published"
    assert states(root) == ["published", ends[decision], last]
    assert (Post.objects.count(), PendingPost.objects.get().status) == (1, "published")


@pytest.mark.parametrize("mode", ["hang_after", "500_after", "empty_after", "reset_after", "500"])
def test_an_unknown_part_is_found_under_its_parent_and_nowhere_else(
    world: World, platform: Platform, mode: str, channel: str
) -> None:
    root, remote = thread_on(
        world, platform, channel, "ok", mode, thread=THREAD[:1], first_comment=""
    )
    remote.posts.append(RemotePost("look-alike", THREAD[0], now().timestamp() + 5, "elsewhere"))
    with time_machine.travel(now(), tick=True) as clock:
        for _ in range(12):
            run_out()
            clock.shift(timedelta(minutes=2))
    ours = [post for post in remote.of(THREAD[0]) if post.id != "look-alike"]
    if channel == "test_d":
        assert states(root) == ["published", "unknown"]
    else:
        assert states(root) == ["published", "published"]
        assert [post.id for post in ours] == [followers_of(root)[0].remote_id]


def test_a_part_held_up_for_long_is_missed_and_sent_by_a_person(
    world: World, platform: Platform
) -> None:
    root, remote = thread_on(world, platform, "test_a", first_comment="")
    ledger.deliver(delivery_ids=[root.pk])
    BrandProfile.objects.update(paused_at=now())
    run_out()
    assert states(root) == ["published", "scheduled", "scheduled"]
    with time_machine.travel(now() + timedelta(hours=2, minutes=1), tick=True):
        run_out()
        assert states(root) == ["published", "missed", "scheduled"]
        second = followers_of(root)[0]
        assert AuditRecord.objects.filter(action="delivery.part_missed").exists()
        BrandProfile.objects.update(paused_at=None)
        send_again(delivery=second, by=world.owner)
        run_out()
    assert states(root) == ["published"] * 3


def test_a_part_that_waited_for_a_worker_goes_out_late(world: World, platform: Platform) -> None:
    root, _ = thread_on(world, platform, "test_a")
    ledger.deliver(delivery_ids=[root.pk])
    with time_machine.travel(now() + timedelta(hours=5), tick=True):
        run_out()
    assert states(root) == ["published"] * 4


def test_people_are_told_of_a_part_in_its_own_words(world: World, platform: Platform) -> None:
    thread_on(world, platform, "test_c", "ok", "400", first_comment="")
    run_out()
    notice = failed_post(AuditRecord.objects.get(action="delivery.part_failed"))
    assert notice is not None
    assert notice.title.startswith("A later part of a thread for ")
