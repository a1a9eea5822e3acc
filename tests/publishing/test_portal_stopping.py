"""A client's way out of the letters with their report, and the team's way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, AuditRecord, WhiteLabel
from publishing.models import PortalLink
from publishing.services.portal import renew_link, revoke_link
from publishing.services.portal_mailing import mail_report
from publishing.services.portal_reports import sweep_client_reports
from publishing.services.portal_stopping import resume_letters
from tests.make_portal import portal_link
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 25, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 30, 6, tzinfo=UTC)
A_WEEK = timedelta(days=7)
CLIENT = {"client_name": "Ada", "client_email": "ada@client.example"}
ADDRESS = {"client_email": CLIENT["client_email"]}
# What mail programs post (RFC 8058).
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program() -> Client:
    """A mail program: without a cookie, and of no page of ours."""
    return Client(enforce_csrf_checks=True)


def mailed(world: World, brand: BrandProfile | None = None, **values: Any) -> PortalLink:
    with org_atomic(world.id):
        return portal_link(brand or world.brand, "report", mailed="weekly", **{**CLIENT, **values})[
            0
        ]


def way_out(clock: time_machine.Traveller) -> str:
    """The path that the letter of a Monday carries."""
    clock.move_to(MONDAY)
    assert sweep_client_reports() == 1
    address = str(mail.outbox[-1].extra_headers["List-Unsubscribe"]).strip("<>")
    return address[address.index("/c/") :]


def fresh(world: World, link: PortalLink) -> PortalLink:
    with org_atomic(world.id):
        return PortalLink.objects.get(pk=link.pk)


def acts(world: World, action: str) -> list[AuditRecord]:
    with org_atomic(world.id):
        return list(AuditRecord.objects.filter(action=action))


def test_a_letter_has_a_way_out_in_words_and_for_the_mail_programs_button(
    world: World, clock: time_machine.Traveller
) -> None:
    mailed(world)
    path = way_out(clock)
    [letter] = mail.outbox
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert isinstance(letter, EmailMultiAlternatives)
    [[html, _]] = letter.alternatives
    assert "To get no more of these letters:" in str(letter.body) and path in str(letter.body)
    assert f'{path}" style' in str(html) and "Get no more of these letters</a>" in str(html)


def test_looking_at_the_way_out_changes_nothing_and_a_button_ends_the_letters(
    world: World, clock: time_machine.Traveller, program: Client
) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(name="Studio North", hides_warren=True)
    link = mailed(world)
    path = way_out(clock)
    before = fresh(world, link).updated_at
    page = program.get(path)
    words = page.content.decode()
    assert page.status_code == 200 and "No more of these letters?" in words
    assert "Studio North" in words and "Warren" not in words
    assert page["Referrer-Policy"] == "no-referrer" and "no-store" in page["Cache-Control"]
    assert program.head(path).status_code == 200 and program.put(path).status_code == 405
    assert fresh(world, link).updated_at == before
    done = program.post(path, ONE_CLICK)
    assert done.status_code == 200 and "You get no more of these letters" in done.content.decode()
    assert not done.cookies
    row = fresh(world, link)
    assert (row.letters_stopped_at, row.due_at, row.mailed) == (MONDAY, None, "weekly")
    clock.move_to(MONDAY + A_WEEK)
    assert sweep_client_reports() == 0 and len(mail.outbox) == 1
    assert program.post(path, ONE_CLICK).status_code == 200
    assert "You get no more of these letters" in program.get(path).content.decode()
    assert fresh(world, link).letters_stopped_at == MONDAY
    [act] = acts(world, "portal_link.letters_stopped")
    assert (act.actor_kind, act.data["client"]) == (ActorKind.CLIENT, "Ada")


def test_it_is_good_for_this_one_thing(
    world: World, clock: time_machine.Traveller, program: Client
) -> None:
    with org_atomic(world.id):
        link, token = portal_link(world.brand, "report", mailed="weekly", **CLIENT)
    path = way_out(clock)
    assert program.get(path.removesuffix("letters/")).status_code == 404
    secret = path.split("/")[2]
    forged = f"{secret[:60]}{'A' if secret[60] != 'A' else 'B'}{secret[61:]}"
    for other in (f"/c/{token}/letters/", f"/c/{forged}/letters/", "/c/nothing/letters/"):
        assert program.post(other, ONE_CLICK).status_code == 404
    assert fresh(world, link).letters_stopped_at is None


@pytest.mark.parametrize("how", ["renewed", "revoked", "expired", "another key"])
def test_an_old_letter_ends_them_too(
    world: World, clock: time_machine.Traveller, program: Client, settings: Settings, how: str
) -> None:
    link = mailed(world)
    path = way_out(clock)
    with org_atomic(world.id):
        if how == "renewed":
            renew_link(link=link, by=world.owner)
        elif how == "revoked":
            revoke_link(link=link, by=world.owner)
        elif how == "expired":
            PortalLink.objects.filter(pk=link.pk).update(expires_at=now())
    if how == "another key":
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50
    assert program.post(path, ONE_CLICK).status_code == 200
    assert fresh(world, link).letters_stopped_at == MONDAY


def test_a_wish_holds_for_later_links_to_the_same_person_and_for_nobody_else(
    world: World, clock: time_machine.Traveller, program: Client
) -> None:
    first = mailed(world)
    assert program.post(way_out(clock), ONE_CLICK).status_code == 200
    with org_atomic(world.id):
        rival = BrandProfile.objects.create(**brand_fields("Rival"))
    later = mailed(world, client_email="ADA@client.example")
    others = [mailed(world, client_email="grace@client.example"), mailed(world, rival)]
    assert fresh(world, later).letters_stopped_at == MONDAY
    clock.move_to(MONDAY + A_WEEK)
    assert sweep_client_reports() == 2
    assert all(fresh(world, each).letters_stopped_at is None for each in others)
    # The same link for somebody else, whom a former letter does not speak for.
    with org_atomic(world.id):
        changes = {"mailed": "weekly", "client_email": "tom@client.example"}
        moved = mail_report(link=first, by=world.owner, **changes)
    assert moved.letters_stopped_at is None and moved.due_at is not None
    with org_atomic(world.id):
        back = mail_report(link=moved, by=world.owner, **{**changes, **ADDRESS})
    assert back.letters_stopped_at == MONDAY and back.due_at is None


def test_the_letter_to_a_former_reader_stops_nobody_elses(
    world: World, clock: time_machine.Traveller, program: Client
) -> None:
    link = mailed(world)
    path = way_out(clock)
    with org_atomic(world.id):
        mail_report(link=link, mailed="weekly", client_email="tom@client.example", by=world.owner)
    assert program.post(path, ONE_CLICK).status_code == 404
    assert fresh(world, link).letters_stopped_at is None


def test_the_team_sees_it_and_mails_again_when_asked(
    world: World, clock: time_machine.Traveller, program: Client
) -> None:
    link, twin = mailed(world), mailed(world)
    clock.move_to(MONDAY)
    sweep_client_reports()
    address = str(mail.outbox[0].extra_headers["List-Unsubscribe"]).strip("<>")
    program.post(address[address.index("/c/") :], ONE_CLICK)
    team = {"org": world.organization.slug}
    listed = reverse("publishing:portal-list", kwargs={**team, "brand": world.brand.pk})
    again = reverse("publishing:portal-resume", kwargs={**team, "portal_link": link.pk})
    viewer, editor = Client(), Client()
    viewer.force_login(world.viewer)
    editor.force_login(world.editor)
    page = viewer.get(listed).content.decode()
    assert page.count("Ada wants no letters") == 2 and "Mail it again" not in page
    assert "Report mailed every Monday" not in page and "Stop mailing" not in page
    assert viewer.post(again).status_code == 403
    assert "Mail it again" in editor.get(listed).content.decode()
    told = editor.post(again, follow=True).content.decode()
    assert "The next letter leaves" in told and "wants no letters" not in told
    for each in (link, twin):
        row = fresh(world, each)
        assert (row.letters_stopped_at, row.due_at) == (None, MONDAY + A_WEEK)
    assert len(acts(world, "portal_link.letters_resumed")) == 2
    with org_atomic(world.id), pytest.raises(Conflict):
        resume_letters(link=link, by=world.editor)


def test_a_change_of_how_often_does_not_undo_the_wish(
    world: World, clock: time_machine.Traveller, program: Client
) -> None:
    link = mailed(world)
    program.post(way_out(clock), ONE_CLICK)
    editor = Client()
    editor.force_login(world.editor)
    kwargs = {"org": world.organization.slug, "portal_link": link.pk}
    changed = {"mailed": "monthly", **ADDRESS}
    told = editor.post(reverse("publishing:portal-mail", kwargs=kwargs), changed, follow=True)
    assert "asked for no more of these letters, so none leave" in told.content.decode()
    row = fresh(world, link)
    assert (row.mailed, row.due_at, row.letters_stopped_at) == ("monthly", None, MONDAY)
