"""Each kind of notice, from the record that it is made of to what people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import Model

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import (
    Membership,
    Notification,
    Role,
    User,
    WebhookEndpoint,
)
from organizations.notices.kinds import notice_kinds, place
from organizations.services.audit import record
from organizations.services.organizations import found_organization
from organizations.services.support import answer_ticket, open_ticket
from publishing.models import AutopilotRun
from tests import make
from tests.world import World, person

pytestmark = pytest.mark.django_db

Row = Callable[[World], Model | None]


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def a_member(world: World) -> Membership:
    return Membership.objects.get(user=world.editor)


def a_delivery(world: World) -> Model:
    return make.delivery(make.pending_post(world.brand, world.account))


def a_run(world: World) -> Model:
    return AutopilotRun.objects.create(
        brand=world.brand,
        schedule=world.schedule,
        occurrence="x",
        platforms=["feed"],
        scheduled_for=now(),
    )


def a_webhook(world: World) -> Model:
    return WebhookEndpoint.objects.create(
        name="Shop", url="https://x.example/", secret="s", stopped_reason="Failed for five days."
    )


NOBODY: Row = lambda world: None  # noqa: E731
EVENTS: list[tuple[str, Row, str, str]] = [
    ("delivery.failed", a_delivery, "was not published on", "deliveries/"),
    ("delivery.unknown", a_delivery, "Please look", "deliveries/"),
    ("delivery.due_by_hand", a_delivery, "post it by hand", "deliveries/"),
    ("delivery.missed", a_delivery, "missed its time", "deliveries/"),
    ("posts.expired", NOBODY, "nobody decided in time", "approvals/"),
    ("account.needs_reconnect", lambda w: w.account, "has to be connected again", "channels/"),
    ("account.disconnected", lambda w: w.account, "was disconnected", "channels/"),
    ("schedule.paused", lambda w: w.schedule, "is paused", "schedules/"),
    ("schedule.exhausted", lambda w: w.schedule, "no material left", "schedules/"),
    ("schedule.runs_missed", lambda w: w.schedule, "missed runs", "schedules/"),
    ("run.failed", a_run, "The agent could not write", "runs/"),
    ("member.joined", a_member, "Member joined the team", "members/"),
    ("member.left", a_member, "Member left the team", "members/"),
    ("api_key.created", NOBODY, "A new API key", "api-keys/"),
    ("secret.stored", NOBODY, "was stored", "secrets/"),
    ("webhook.stopped", a_webhook, "The webhook “Shop” was stopped", "webhooks/"),
    ("team.closing", NOBODY, "is being closed", ""),
]


def _name(each: object) -> str:
    """Without the address in memory that a function shows: two processes must name a case alike."""
    return each if isinstance(each, str) else "row"


@pytest.mark.parametrize(("action", "row", "words", "path"), EVENTS, ids=_name)
def test_an_event_is_told_in_words_with_a_page_to_go_to(
    inside: World, action: str, row: Row, words: str, path: str
) -> None:
    record(action=action, target=row(inside), reason="The reason for it.")
    notice = Notification.objects.filter(user=inside.owner).get()
    assert words in notice.title
    assert notice.path.startswith(path), notice.path


@pytest.mark.parametrize("action", sorted({a for k in notice_kinds.values() for a in k.actions}))
def test_a_row_that_is_gone_breaks_no_write(inside: World, action: str) -> None:
    """The record is written inside of what people do: a notice must never stand in its way."""
    record(action=action, target=User(pk=inside.brand.pk), by=inside.admin)


def test_a_changed_role_is_told_to_whom_it_changed(inside: World) -> None:
    member = a_member(inside)
    data = {"user": str(inside.editor.pk)}
    record(
        action="member.role_changed",
        target=member,
        by=inside.owner,
        before={"role": Role.MEMBER},
        after={"role": Role.ADMIN},
        data=data,
    )
    record(action="member.restricted", target=member, by=inside.owner, data=data)
    rows = Notification.objects.order_by("created_at", "pk")
    assert {row.user_id for row in rows} == {inside.editor.pk}
    assert [row.title for row in rows] == [
        "You are now an admin of this team",
        "What you may see in this team was changed",
    ]


def test_a_change_of_ones_account_is_told_once_however_many_teams_one_has(world: World) -> None:
    somebody = person("busy@example.com")
    teams = [found_organization(name=name, owner=somebody) for name in ("Aaa", "Bbb")]
    for team in teams:
        with org_atomic(team.pk):
            record(action="person.password_changed", target=somebody, by=somebody)
    told = []
    for team in teams:
        with org_atomic(team.pk):
            told.append(Notification.objects.filter(kind="security").count())
    assert told == [1, 0]


def test_a_copy_is_told_to_who_asked_for_it(inside: World) -> None:
    record(action="copy.ready", target=None, data={"user": str(inside.admin.pk)})
    assert Notification.objects.get().user_id == inside.admin.pk


def test_an_answer_is_told_to_who_asked(inside: World) -> None:
    ticket = open_ticket(subject="Why?", message="m", by=inside.viewer)
    answer_ticket(ticket=ticket, body="Because.", by=inside.stranger)
    notice = Notification.objects.get()
    assert notice.user_id == inside.viewer.pk and notice.body == "Because."
    assert notice.path == place("organizations:ticket-show", ticket=ticket.pk)


def test_a_page_that_is_not_installed_leaves_the_notice_without_a_way(world: World) -> None:
    values: Any = place("organizations:nothing-of-that-name")
    assert values == ""
