from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.selectors.acts import latest_acts
from analytics.selectors.first_steps import first_steps
from analytics.selectors.waiting import standing
from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import MaterialStatus
from organizations.models import AuditRecord
from organizations.services.organizations import found_organization
from publishing.models import (
    AutopilotRun,
    Decision,
    DeliveryState,
    PendingStatus,
    RunStatus,
    SocialAccount,
)
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


def _turn(world: World, status: str, outcome: str = "", post: str = "") -> AutopilotRun:
    """A turn of the agent; one that is done made a post."""
    run = AutopilotRun.objects.create(
        brand=world.brand,
        schedule=world.schedule,
        occurrence=f"{status} {post}",
        platforms=["feed"],
        scheduled_for=now(),
        status=status,
        outcome=outcome,
    )
    if post:
        pending = make.pending_post(world.brand, world.account, run=run, status=post)
        Decision.objects.create(
            run=run, pending_post=pending, kind="angle", summary="User benefit", reason="Odds 42 %."
        )
    return run


def test_each_turn_is_told_by_what_came_of_it(world: World) -> None:
    with org_atomic(world.id):
        _turn(world, RunStatus.QUEUED)
        _turn(world, RunStatus.RUNNING)
        _turn(world, RunStatus.SKIPPED, "Skipped: Nothing to write from.")
        _turn(world, RunStatus.FAILED, "The model did not answer.")
        _turn(world, RunStatus.DONE, post=PendingStatus.APPROVED)
        _turn(world, RunStatus.DONE, post=PendingStatus.PENDING)
        _turn(world, RunStatus.DONE, post=PendingStatus.PUBLISHED)
        told = [(act.title, act.words) for act in latest_acts()]
    post = "Wooden masts, rebuilt in twelve days and varnished seven times."
    name = world.brand.name
    assert told == [
        (f"Wrote and published for {name}", post),
        (f"Wrote for {name} and asks you", post),
        (f"Wrote for {name}", post),
        (f"Could not write for {name}", "The model did not answer."),
        (f"Wrote nothing for {name}", "Nothing to write from."),
        (f"Writes for {name} now", ""),
    ]


def test_home_shows_a_turn_with_each_reason_behind_it(world: World, client: Client) -> None:
    with org_atomic(world.id):
        run = _turn(world, RunStatus.DONE, post=PendingStatus.PUBLISHED)
        make.post(world.brand, world.account)
    client.force_login(world.viewer)
    page = client.get(f"{world.path}/").content.decode()
    assert f"{world.path}/runs/{run.pk}/" in page
    assert "Odds 42 %." in page
    assert "Four steps" not in page


def test_home_asks_the_database_little_however_much_there_is(world: World, client: Client) -> None:
    with org_atomic(world.id):
        for _ in range(3):
            make.pending_post(world.brand, world.account)
            make.post(world.brand, world.account)
        for status in (PendingStatus.PUBLISHED, PendingStatus.PENDING, PendingStatus.APPROVED):
            _turn(world, RunStatus.DONE, post=status)
    client.force_login(world.owner)
    client.get(f"{world.path}/")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"{world.path}/")
    # The test's transaction around it makes ours a savepoint, which is opened, left and closed.
    assert len(asked) - 3 <= 12


def test_what_waits_is_counted_by_kind(world: World) -> None:
    with org_atomic(world.id):
        first = make.pending_post(world.brand, world.account)
        make.pending_post(world.brand, world.account)
        make.material(world.brand, status=MaterialStatus.FAILED)
        make.delivery(first, state=DeliveryState.UNKNOWN)
        found = standing()
    assert [each.words for each in found.waiting] == [
        "2 posts wait for approval",
        "1 post has an unknown outcome",
        "1 material could not be read",
    ]
    assert found.approvals == 2


def states() -> list[str]:
    return [step.state for step in first_steps().steps]


def test_a_new_team_is_led_from_step_to_step(world: World) -> None:
    fresh = found_organization(name="Fresh", owner=world.stranger, timezone="UTC")
    with org_atomic(fresh.pk):
        assert states() == ["current", "todo", "todo", "todo"]
    with org_atomic(world.id):
        assert states() == ["done", "done", "current", "todo"]
        make.material(world.brand)
        assert states() == ["done", "done", "done", "current"]
        make.pending_post(world.brand, world.account, status=PendingStatus.APPROVED)
        assert set(states()) == {"done"}


def test_a_page_with_its_first_steps_calls_to_one_act_only(world: World, client: Client) -> None:
    fresh = found_organization(name="Fresh", owner=world.stranger, timezone="UTC")
    client.force_login(world.stranger)
    page = client.get(f"/o/{fresh.slug}/").content.decode()
    assert "Four steps to the first published post" in page
    assert page.count("button--call") == 1


def test_a_step_is_skipped_and_taken_up_again_and_the_list_is_put_away(
    world: World, client: Client
) -> None:
    fresh = found_organization(name="Fresh", owner=world.stranger, timezone="UTC")
    client.force_login(world.stranger)
    home = f"/o/{fresh.slug}/"
    answer = client.post(f"{home}first-steps/brand/skip/", follow=True)
    assert "Skipped." in answer.content.decode()
    with org_atomic(fresh.pk):
        assert states() == ["skipped", "current", "todo", "todo"]
    client.post(f"{home}first-steps/brand/return/")
    with org_atomic(fresh.pk):
        assert states() == ["current", "todo", "todo", "todo"]
    assert client.post(f"{home}first-steps/dance/skip/").status_code == 404
    client.post(f"{home}first-steps/hiding/")
    assert "Four steps" not in client.get(home).content.decode()
    assert "Show the first steps" in client.get(f"{home}help/").content.decode()
    client.post(f"{home}first-steps/return/")
    assert "Four steps" in client.get(home).content.decode()
    with org_atomic(fresh.pk):
        assert AuditRecord.objects.filter(action="first_steps.changed").count() == 4


def test_steps_that_are_all_done_or_skipped_are_gone(world: World, client: Client) -> None:
    client.force_login(world.owner)
    home = f"{world.path}/"
    assert "2 of 4 done" in client.get(home).content.decode()
    for step in ("material", "post"):
        client.post(f"{home}first-steps/{step}/skip/")
    page = client.get(home).content.decode()
    assert "Four steps" not in page and "What comes next" in page


def test_a_viewer_sees_the_steps_and_cannot_take_them(world: World, client: Client) -> None:
    client.force_login(world.viewer)
    page = client.get(f"{world.path}/").content.decode()
    assert "Four steps" in page and "first-steps/" not in page


def test_one_press_opens_the_hosted_page_and_a_second_opens_no_other(
    world: World, client: Client
) -> None:
    fresh = found_organization(name="Fresh", owner=world.stranger, timezone="UTC")
    client.force_login(world.stranger)
    press = f"/o/{fresh.slug}/first-steps/page/"
    assert client.post(press).status_code == 409
    with org_atomic(fresh.pk):
        BrandProfile.objects.create(name="Sea & Sail")
    for _ in range(2):
        page = client.post(press, follow=True).content.decode()
    assert "Sea &amp; Sail has its page" in page
    with org_atomic(fresh.pk):
        account = SocialAccount.objects.get()
        assert states() == ["done", "done", "current", "todo"]
    assert client.get(f"/f/{account.handle}/").status_code == 200
