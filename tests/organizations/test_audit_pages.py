"""The audit log as the team reads it, filters it, takes it along and has it checked."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from brands.services.brands import update_brand
from config.kernel.clock import now, today_in
from config.kernel.fields import encrypted_fields
from config.kernel.scoping import org_atomic
from organizations.models import AuditCategory, AuditRecord, User
from organizations.services.actors import Actor, acting
from organizations.services.audit import changed_fields, record
from organizations.trail.seals import seal_records
from organizations.trail.words import audit_words
from tests.world import World

pytestmark = pytest.mark.django_db

APPS = ("organizations", "brands", "content", "publishing", "analytics", "billing")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.admin)
    return client


def url(world: World, name: str = "audit-list") -> str:
    return reverse(f"organizations:{name}", kwargs={"org": world.organization.slug})


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def test_an_entry_says_who_did_what_to_what_and_why_and_shows_the_change(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        record(
            action="brand.changed",
            target=world.brand,
            by=world.owner,
            reason="The shop was renamed",
            before={"name": "Old name", "auto_approve": False},
            after={"name": "New name", "auto_approve": True},
        )
    shown = text(page.get(url(world)))
    assert f"Owner changed a brand “{world.brand.name}”" in shown
    assert "The shop was renamed" in shown and "Old name" in shown and "New name" in shown
    assert "Auto approve no yes" in shown
    assert "brand.changed" not in shown and "Not sealed yet" in shown


def test_it_says_how_far_the_chain_reaches_and_checks_it_when_asked(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        made = record(action="brand.paused", target=world.brand, by=world.owner)
    seal_records()
    assert "Sealed up to" in text(page.get(url(world)))
    assert "nothing was changed" in text(page.post(url(world, "audit-check"), follow=True))
    with org_atomic(world.id):
        AuditRecord.objects.filter(pk=made.pk).update(actor=world.viewer)
    said = text(page.post(url(world, "audit-check"), follow=True))
    assert "chain is broken" in said and str(made.pk) in said


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ({"category": "secret"}, ["set a language model"]),
        ({"actor": "kind:agent"}, ["paused a brand"]),
        ({"action": "brand.resumed"}, ["resumed a brand"]),
        ({"target": "brands.brandprofile"}, ["paused a brand", "resumed a brand"]),
        ({"since": "2030-01-01"}, []),
        ({"until": "2020-01-01"}, []),
        ({"category": "nonsense", "since": "yesterday"}, ["paused a brand", "resumed a brand"]),
    ],
    ids=lambda value: str(value),
)
def test_filters_leave_what_was_asked_for(
    world: World, page: Client, query: dict[str, str], finds: list[str]
) -> None:
    with org_atomic(world.id):
        record(action="brand.paused", target=world.brand)
        record(action="brand.resumed", target=world.brand, by=world.editor)
        record(
            action="model_route.saved",
            target=None,
            by=world.owner,
            category=AuditCategory.SECRET,
        )
    shown = text(page.get(url(world), query, headers={"HX-Request": "true"}))
    acts = ["paused a brand", "resumed a brand", "set a language model"]
    found = [act for act in acts if act in shown]
    assert found == finds or (query.get("category") == "nonsense" and set(finds) <= set(found))


def test_a_day_is_a_day_of_the_teams_zone(world: World, page: Client) -> None:
    with org_atomic(world.id):
        record(action="brand.paused", target=world.brand)
    day = today_in("Europe/Berlin").isoformat()
    assert "paused a brand" in text(
        page.get(url(world), {"since": day, "until": day}, headers={"HX-Request": "true"})
    )


def test_one_person_can_be_picked_out(world: World, page: Client) -> None:
    with org_atomic(world.id):
        record(action="brand.paused", target=world.brand, by=world.editor)
        record(action="brand.resumed", target=world.brand, by=world.owner)
    query = {"actor": f"user:{world.editor.pk}"}
    shown = text(page.get(url(world), query, headers={"HX-Request": "true"}))
    assert "paused a brand" in shown and "resumed a brand" not in shown


def test_whoever_acts_is_named_as_what_they_are(world: World, page: Client) -> None:
    from organizations.models import ActorKind

    gone = User.objects.create_user(email="leaving@example.com", name="Gone")
    with org_atomic(world.id):
        left = record(action="brand.paused", target=None, by=gone)
        record(action="brand.paused", target=None, kind=ActorKind.SYSTEM)
        record(action="brand.paused", target=None, kind=ActorKind.RULE)
        with acting(Actor(ActorKind.STAFF)):
            record(action="brand.paused", target=None, by=world.owner)
        # What erasure leaves behind.
        AuditRecord.objects.filter(pk=left.pk).update(actor=None)
    shown = text(page.get(url(world)))
    for who in ("Somebody who has been deleted since", "Warren", "A rule", "Owner of the support"):
        assert f"{who} paused a brand" in shown


def test_the_page_costs_the_same_for_one_record_as_for_fifty(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        for _ in range(50):
            record(action="brand.paused", target=world.brand, by=world.owner)
    with django_assert_max_num_queries(16):
        page.get(url(world))


def test_the_log_is_for_admins_and_owners(world: World, client: Client) -> None:
    client.force_login(world.editor)
    assert client.get(url(world)).status_code == 403
    assert client.get(url(world, "audit-export")).status_code == 403


def body(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def test_it_can_be_taken_along_as_csv_without_formulas(world: World, page: Client) -> None:
    with org_atomic(world.id):
        record(action="brand.paused", target=world.brand, by=world.owner, reason="=1+1")
    response = page.get(url(world, "audit-export"), {"action": "brand.paused"})
    assert response["Content-Type"].startswith("text/csv")
    assert ".csv" in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(body(response))))
    assert [row["Who"] for row in rows] == ["Owner"]
    assert rows[0]["Reason"] == "'=1+1" and rows[0]["What"] == "paused a brand"


def test_it_can_be_taken_along_as_json_lines_whatever_its_size(
    world: World, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from organizations.trail import reading

    batches = reading.audit_in_batches
    monkeypatch.setattr(
        "organizations.services.audit_log.audit_in_batches",
        lambda found, zone: batches(found, zone=zone, size=7),
    )
    with org_atomic(world.id):
        for number in range(30):
            record(action="brand.paused", target=world.brand, data={"n": number})
    response = page.get(url(world, "audit-export"), {"format": "jsonl", "action": "brand.paused"})
    lines = [json.loads(line) for line in body(response).splitlines()]
    assert [line["data"]["n"] for line in lines] == list(range(30))
    with org_atomic(world.id):
        assert AuditRecord.objects.filter(action="audit.exported", actor=world.admin).exists()


def test_an_export_holds_nothing_of_another_team(world: World, page: Client) -> None:
    with org_atomic(world.foreign.id):
        record(action="brand.paused", target=world.foreign_brand, reason="Not yours")
    assert "Not yours" not in body(page.get(url(world, "audit-export")))


def test_a_changed_setting_is_written_down_with_before_and_after(world: World) -> None:
    with org_atomic(world.id):
        update_brand(brand=world.brand, values={"personality": "Loud."}, by=world.owner)
        row = AuditRecord.objects.get(action="brand.changed")
    assert row.before == {"personality": "A calm neighbour who knows the trade."}
    assert row.after == {"personality": "Loud."}


def test_only_what_differs_is_told() -> None:
    before, after = changed_fields({"a": 1, "b": [1], "c": None}, {"a": 1, "b": [2], "c": now})
    assert before == {"b": [1], "c": None}
    assert set(after) == {"b", "c"} and isinstance(after["c"], str)


def test_no_record_holds_the_value_of_a_field_that_is_stored_encrypted(world: World) -> None:
    names = sorted({name for _, name in encrypted_fields()})
    assert {"credentials", "secret", "previous_secret"} <= set(names)
    told = {name: "canary-of-a-secret" for name in names}
    with org_atomic(world.id):
        made = record(action="brand.changed", target=None, before=told, after=told, data=told)
        row = AuditRecord.objects.get(pk=made.pk)
    for part in (row.before, row.after, row.data):
        assert set(part) == set(names) and set(part.values()) == {"hidden"}


def sources() -> list[Path]:
    return [
        path
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]


NOT_ACTS = {"calendar.ics", "manifest.json"}


def test_every_act_that_is_written_down_has_words() -> None:
    """So that no page shows its bare name. Acts are literals such as "brand.paused"."""
    nouns = {action.partition(".")[0] for action in audit_words}
    literal = re.compile(r"(?<![\w.\"])\"([a-z_]+)\.([a-z_]+)\"")
    named = re.compile(r"action=\"([a-z_]+\.[a-z_]+)\"")
    acts: dict[str, str] = {}
    for path in sources():
        if path.name in {"audit_words.py", "own_words.py", "webhook_events.py", "events.py"}:
            continue
        code = path.read_text()
        acts |= {action: path.name for action in named.findall(code)}
        if "services.audit import" in code or "from .audit import" in code:
            acts |= {f"{a}.{b}": path.name for a, b in literal.findall(code) if a in nouns}
    missing = {a: f for a, f in acts.items() if a not in audit_words and a not in NOT_ACTS}
    assert missing == {}


def test_records_of_many_days_come_in_pages(world: World, page: Client) -> None:
    with org_atomic(world.id):
        for number in range(70):
            record(action="brand.paused", target=None, reason=f"Reason {number:03}")
    first = page.get(url(world), headers={"HX-Request": "true"}).content.decode()
    assert "Reason 069" in first and "Reason 001" not in first
    cursor = re.search(r"cursor=([^\"&]+)", first)
    assert cursor
    second = page.get(f"{url(world)}?cursor={cursor.group(1)}").content.decode()
    assert "Reason 001" in second


def test_moments_are_said_in_the_teams_zone_and_ids_are_left_out(
    world: World, page: Client
) -> None:
    with org_atomic(world.id):
        record(
            action="post.rescheduled",
            target=None,
            before={"scheduled_for": "2026-06-01T08:00:00+00:00"},
            after={"scheduled_for": "2026-06-01T09:30:00+00:00"},
            data={"reply": str(world.id), "posts": [str(world.id)], "note": "kept"},
        )
    shown = text(page.get(url(world), headers={"HX-Request": "true"}))
    assert "10:00 CEST" in shown and "11:30 CEST" in shown
    assert str(world.id) not in shown and "kept" in shown and "Posts 1" in shown


def test_all_that_was_done_to_one_thing_is_a_link_away(world: World, page: Client) -> None:
    with org_atomic(world.id):
        record(action="brand.paused", target=world.brand, reason="Of the brand")
        record(action="schedule.paused", target=world.schedule, reason="Of the schedule")
    link = f"target=brands.brandprofile&amp;row={world.brand.pk}"
    assert link in page.get(url(world)).content.decode()
    query = {"target": "brands.brandprofile", "row": str(world.brand.pk)}
    shown = text(page.get(url(world), query))
    assert "Of the brand" in shown and "Of the schedule" not in shown
    assert page.get(url(world), {"row": "nonsense"}).status_code == 200
