"""Reports that are mailed to clients by themselves: when, of which days, once, and in what look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from brands.models import BrandProfile
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, WhiteLabel
from organizations.services.suppression import suppress
from publishing.models import PortalLink
from publishing.services import portal_reports
from publishing.services.portal import renew_link, revoke_link
from publishing.services.portal_mailing import Span, mail_report, next_day, span_before
from publishing.services.portal_reports import sweep_client_reports
from tests import make
from tests.make_portal import portal_link
from tests.world import World

pytestmark = pytest.mark.django_db

# Wednesday; the Monday after is the first on which Berlin has daylight saving time again.
START = datetime(2026, 3, 25, 12, tzinfo=UTC)
MONDAY = datetime(2026, 3, 30, 6, tzinfo=UTC)
CLIENT = {"client_name": "Ada", "client_email": "ada@client.example"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def mailed(world: World, how: str = "weekly", **values: Any) -> PortalLink:
    with org_atomic(world.id):
        return portal_link(world.brand, "report", mailed=how, **{**CLIENT, **values})[0]


def fresh(world: World, link: PortalLink) -> PortalLink:
    with org_atomic(world.id):
        return PortalLink.objects.get(pk=link.pk)


def out(world: World, at: datetime, content: str = "Masts are back.", **numbers: int) -> None:
    with org_atomic(world.id):
        make.post(world.brand, world.account, published_at=at, content=content, **numbers)


def told(world: World) -> list[str]:
    with org_atomic(world.id):
        acts = AuditRecord.objects.filter(action__startswith="portal_link.report_")
        return list(acts.order_by("created_at", "pk").values_list("action", flat=True))


@pytest.mark.parametrize(
    ("how", "after", "day"),
    [
        ("weekly", date(2026, 11, 22), date(2026, 11, 23)),
        ("weekly", date(2026, 11, 23), date(2026, 11, 30)),
        ("monthly", date(2026, 11, 30), date(2026, 12, 1)),
        ("monthly", date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_the_day_after_another(how: str, after: date, day: date) -> None:
    assert next_day(how, after) == day


@pytest.mark.parametrize(
    ("how", "day", "words", "former"),
    [
        ("weekly", date(2026, 11, 23), "16 to 22 November 2026", date(2026, 11, 9)),
        ("weekly", date(2026, 10, 5), "28 September to 4 October 2026", date(2026, 9, 21)),
        ("weekly", date(2026, 1, 5), "29 December 2025 to 4 January 2026", date(2025, 12, 22)),
        ("monthly", date(2026, 11, 1), "1 to 31 October 2026", date(2026, 8, 31)),
    ],
)
def test_a_letter_tells_of_the_whole_days_before(
    how: str, day: date, words: str, former: date
) -> None:
    span = span_before(day, how, "Europe/Berlin")
    assert (span.in_words, span.former.start) == (words, former)
    assert span.former.days == span.days and span.former.until == span.since


def test_the_week_of_a_changed_clock_has_an_hour_less() -> None:
    spring = Span(date(2026, 3, 23), date(2026, 3, 30), "Europe/Berlin")
    autumn = Span(date(2026, 10, 19), date(2026, 10, 26), "Europe/Berlin")
    assert spring.until - spring.since == timedelta(hours=167)
    assert autumn.until - autumn.since == timedelta(hours=169)


@pytest.mark.parametrize(
    ("how", "zone", "start", "due"),
    [
        ("weekly", "Europe/Berlin", datetime(2026, 3, 20, tzinfo=UTC), (2026, 3, 23, 7)),
        ("weekly", "Europe/Berlin", datetime(2026, 3, 23, 7, tzinfo=UTC), (2026, 3, 30, 6)),
        ("weekly", "Europe/Berlin", datetime(2026, 10, 19, 7, tzinfo=UTC), (2026, 10, 26, 7)),
        # Eight is still to come, so it is today's.
        ("weekly", "Europe/Berlin", datetime(2026, 10, 19, 5, tzinfo=UTC), (2026, 10, 19, 6)),
        # A Sunday on which the clocks of New York were set back in the night.
        ("monthly", "America/New_York", datetime(2026, 10, 2, tzinfo=UTC), (2026, 11, 1, 13)),
        ("monthly", "America/New_York", datetime(2026, 9, 2, tzinfo=UTC), (2026, 10, 1, 12)),
    ],
)
def test_it_leaves_at_eight_by_the_brands_clocks(
    world: World, how: str, zone: str, start: datetime, due: tuple[int, int, int, int]
) -> None:
    with time_machine.travel(start, tick=False), org_atomic(world.id):
        brand = BrandProfile.objects.get(pk=world.brand.pk)
        brand.timezone = zone
        link, _ = portal_link(brand, "report", mailed=how, **CLIENT)
    assert link.due_at == datetime(*due, tzinfo=UTC)


def test_one_letter_a_span_however_many_sweep(world: World, clock: time_machine.Traveller) -> None:
    link = mailed(world)
    clock.move_to(MONDAY - timedelta(seconds=1))
    assert sweep_client_reports() == 0
    clock.move_to(MONDAY)
    assert [sweep_client_reports(), sweep_client_reports()] == [1, 0]
    clock.move_to(MONDAY + timedelta(days=7))
    assert [sweep_client_reports(), sweep_client_reports()] == [1, 0]
    assert len(mail.outbox) == 2 and told(world) == ["portal_link.report_mailed"] * 2
    assert fresh(world, link).letter_day == date(2026, 4, 13)


def test_what_stopped_on_the_way_is_not_written_twice_and_told(
    world: World, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = mailed(world)
    clock.move_to(MONDAY)

    with monkeypatch.context() as patch:
        # After the mail server took it and before that was noted.
        patch.setattr(portal_reports, "_held", _dying(portal_reports._held, at=3))
        with pytest.raises(KeyboardInterrupt):
            sweep_client_reports()
    assert sweep_client_reports() == 0
    clock.shift(timedelta(seconds=portal_reports.LEASE_SECONDS + 1))
    assert sweep_client_reports() == 0
    assert len(mail.outbox) == 1 and told(world) == ["portal_link.report_failed"]
    row = fresh(world, link)
    assert row.letter_problem == portal_reports.UNKNOWN and row.letter_day == date(2026, 4, 6)


def _dying(works: Any, *, at: int) -> Any:
    calls = []

    def call(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == at:
            raise KeyboardInterrupt
        return works(*args)

    return call


def test_a_server_that_is_away_is_asked_again_and_given_up(
    world: World, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = mailed(world)
    clock.move_to(MONDAY)

    def away(message: Any) -> None:
        raise SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", away)
        assert sweep_client_reports() == 0
        clock.shift(timedelta(seconds=59))
        assert fresh(world, link).due_at == MONDAY + timedelta(seconds=60)
        for _ in range(4):
            clock.shift(timedelta(hours=2))
            assert sweep_client_reports() == 0
    row = fresh(world, link)
    assert row.letter_problem == portal_reports.AWAY and row.letter_day == date(2026, 4, 6)
    assert not mail.outbox and told(world) == ["portal_link.report_failed"]
    clock.move_to(MONDAY + timedelta(days=7))
    assert sweep_client_reports() == 1 and fresh(world, link).letter_problem == ""


@pytest.mark.parametrize("how", ["revoked", "expired", "stopped", "erased"])
def test_what_is_over_sends_nothing(world: World, clock: time_machine.Traveller, how: str) -> None:
    link = mailed(world)
    with org_atomic(world.id):
        row = PortalLink.objects.filter(pk=link.pk)
        if how == "revoked":
            revoke_link(link=link, by=world.owner)
        elif how == "stopped":
            mail_report(link=link, mailed="never", client_email="", by=world.owner)
        else:
            gone: dict[str, Any] = {"expires_at": MONDAY}
            row.update(**(gone if how == "expired" else {"client_email": ""}))
    clock.move_to(MONDAY)
    assert [sweep_client_reports(), sweep_client_reports()] == [0, 0]
    assert not mail.outbox and told(world) == []


def test_an_address_that_asked_not_to_be_written_to_is_not(
    world: World, clock: time_machine.Traveller
) -> None:
    link = mailed(world)
    with org_atomic(world.id):
        suppress(email="ADA@client.example", reason="bounced")
    clock.move_to(MONDAY)
    assert sweep_client_reports() == 0 and not mail.outbox
    assert fresh(world, link).letter_problem == portal_reports.SUPPRESSED


def test_a_clock_of_the_brand_that_was_set_otherwise_is_followed(
    world: World, clock: time_machine.Traveller
) -> None:
    link = mailed(world)
    with org_atomic(world.id):
        BrandProfile.objects.filter(pk=world.brand.pk).update(timezone="America/New_York")
    clock.move_to(MONDAY)
    assert sweep_client_reports() == 0
    assert fresh(world, link).due_at == datetime(2026, 3, 30, 12, tzinfo=UTC)
    clock.move_to(MONDAY + timedelta(hours=6))
    assert sweep_client_reports() == 1


@pytest.mark.usefixtures("clock")
def test_a_link_that_ends_before_is_refused_and_one_made_anew_goes_on(world: World) -> None:
    with pytest.raises(Invalid, match="ends before") as refused:
        mailed(world, days=3)
    assert refused.value.field == "mailed"
    link = mailed(world)
    with org_atomic(world.id):
        PortalLink.objects.filter(pk=link.pk).update(letter_day=None, due_at=None)
        renew_link(link=link, by=world.owner)
        revoked = portal_link(world.brand, "report")[0]
        revoke_link(link=revoked, by=world.owner)
        with pytest.raises(Conflict):
            mail_report(link=revoked, mailed="weekly", client_email="a@b.example", by=world.owner)
    assert fresh(world, link).due_at == MONDAY


def html_of(letter: Any) -> str:
    [[html, _]] = letter.alternatives
    return str(html)


def test_it_says_how_the_posts_did_in_the_agencys_name(
    world: World, clock: time_machine.Traveller, client: Client
) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(
            name="Studio North", accent="#FFD400", hides_warren=True, reply_to="n@north.example"
        )
    # The first and last moments of the span, by the clocks of Berlin, and those beyond.
    out(world, datetime(2026, 3, 22, 23, tzinfo=UTC), "First <b>one</b>", likes=1)
    out(world, datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "Last", likes=3, impressions=1500)
    out(world, datetime(2026, 3, 25, tzinfo=UTC), "Middle", comments=2)
    out(world, datetime(2026, 3, 26, tzinfo=UTC), "Fourth")
    out(world, datetime(2026, 3, 22, 22, 59, tzinfo=UTC), "Before", likes=7)
    out(world, datetime(2026, 3, 29, 22, tzinfo=UTC), "After", likes=9)
    mailed(world)
    clock.move_to(MONDAY)
    sweep_client_reports()
    [letter] = mail.outbox
    html, text = html_of(letter), str(letter.body)
    assert letter.to == ["ada@client.example"] and letter.reply_to == ["n@north.example"]
    assert letter.subject.endswith("23 to 29 March 2026") and "Studio North" in letter.from_email
    said = f"4 posts of {world.brand.name} went out, 3 more than in the 7 days before"
    assert said in text and "Likes: 4 (7 in the 7 days before)" in text
    assert "1. Last" in text and "2. Middle" in text and "3. First <b>one</b>" in text
    assert "Before" not in text and "Fourth" not in text and "After" not in text
    assert "First &lt;b&gt;one&lt;/b&gt;" in html and "#FFD400;color:#000000" in html
    assert "Warren" not in html + text and html.count("<a ") == 2
    token = html.split("/c/")[1].split("/")[0]
    page = client.get(f"/c/{token}/").content.decode()
    # As it is said on paper.
    assert "28 February 2026 to 30 March 2026, the last 30 days. Made on 30 March 2026." in page


def test_days_without_posts_are_said_in_one_sentence(
    world: World, clock: time_machine.Traveller
) -> None:
    out(world, datetime(2026, 3, 20, tzinfo=UTC))
    mailed(world)
    clock.move_to(MONDAY)
    sweep_client_reports()
    [letter] = mail.outbox
    said = f"From 23 to 29 March 2026, no post of {world.brand.name} went out"
    text = str(letter.body)
    assert f"{said}; in the 7 days before there was 1." in text and "Likes" not in text
    assert html_of(letter).count("<a ") == 2


def place(world: World, link: PortalLink | None = None) -> str:
    kwargs: dict[str, Any] = {"org": world.organization.slug}
    if link is None:
        return reverse("publishing:portal-list", kwargs={**kwargs, "brand": world.brand.pk})
    return reverse("publishing:portal-mail", kwargs={**kwargs, "portal_link": link.pk})


def signed(world: World, who: str = "editor") -> Client:
    client = Client()
    client.force_login(getattr(world, who))
    return client


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"purpose": "report"}, "Enter the address that the report is mailed to"),
        ({"purpose": "review", **CLIENT}, "Only the report is mailed by itself"),
        ({"purpose": "report", **CLIENT, "days": "1"}, ""),
    ],
)
def test_a_choice_that_cannot_be_is_told_at_its_field_with_the_rest_kept(
    world: World, values: dict[str, str], words: str
) -> None:
    with time_machine.travel(START, tick=False):
        answer = signed(world).post(
            place(world), {**values, "mailed": "weekly", "message": "Look."}
        )
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and "Look." in page
    assert '<option value="weekly" selected>' in page
    with org_atomic(world.id):
        assert not PortalLink.objects.exists()


def test_the_page_says_when_and_changes_and_stops_it(world: World) -> None:
    page = signed(world)
    made = {"purpose": "report", **CLIENT, "mailed": "weekly"}
    assert page.post(place(world), made).status_code == 200
    with org_atomic(world.id):
        link = PortalLink.objects.get()
    listed = page.get(place(world)).content.decode()
    assert "Report mailed every Monday, next" in listed and "Stop mailing" in listed
    changed = {"mailed": "monthly", "client_email": "grace@client.example"}
    assert page.post(place(world, link), changed).status_code == 302
    assert "on the first of every month" in page.get(place(world)).content.decode()
    refused = page.post(place(world, link), {"mailed": "weekly", "client_email": " "})
    assert refused.status_code == 422
    assert "Enter the address that the report" in refused.content.decode()
    assert page.post(place(world, link), {**changed, "mailed": "never"}).status_code == 302
    row = fresh(world, link)
    assert (row.mailed, row.due_at, row.client_email) == ("never", None, changed["client_email"])
    with org_atomic(world.id):
        acts = AuditRecord.objects.filter(action="portal_link.mailing_changed", target_id=link.pk)
        assert [act.after["mailed"] for act in acts.order_by("created_at", "pk")] == [
            "monthly",
            "never",
        ]
        assert not any("grace" in str(act.data) for act in acts)
    assert signed(world, "viewer").post(place(world, link), changed).status_code == 403
