"""Who is told of what, by which way, and what the mail server sees of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from brands.models import BrandAccess, BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import Membership, Notification, NotificationChoice, Role, User
from organizations.notices.audience import Ways
from organizations.notices.kinds import notice_kinds
from organizations.notices.mailing import MOST_ATTEMPTS, sweep_mail
from organizations.notices.restored import hold_mail
from organizations.notices.unsubscribing import read_token, token_for
from organizations.services.audit import record
from organizations.services.notifications import save_choices, unsubscribe
from publishing.services.pending_posts import approve_post, submit_post
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


def fail_a_post(world: World, reason: str = "The server said no.") -> None:
    delivery = make.delivery(make.pending_post(world.brand, world.account))
    record(action="delivery.failed", target=delivery, reason=reason)


def told() -> set[str]:
    return set(Notification.objects.values_list("user__email", flat=True))


def html_of(letter: mail.EmailMessage) -> str:
    assert isinstance(letter, mail.EmailMultiAlternatives)
    return str(letter.alternatives[0][0])


class Away(EmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError("nobody there")


class Refusing(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise SMTPRecipientsRefused({"x": (550, b"no such person")})


class Dropping(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise SMTPServerDisconnected("gone")


def use(settings: Any, backend: type) -> None:
    settings.EMAIL_BACKEND = f"{backend.__module__}.{backend.__qualname__}"


# -- Who -------------------------------------------------------------------------------------------


def test_a_failure_is_told_to_everybody_who_can_mend_it_and_to_nobody_else(inside: World) -> None:
    fail_a_post(inside)
    assert told() == {"owner@example.com", "admin@example.com", "member@example.com"}
    notice = Notification.objects.filter(user=inside.owner).get()
    assert notice.kind == "post_failed" and notice.read_at is None
    assert notice.due_at is not None and notice.due_at <= now()
    assert inside.brand.name in notice.title and "The server said no." in notice.body
    assert notice.path.startswith("deliveries/")


def test_most_records_are_nobodys_business(inside: World) -> None:
    record(action="delivery.scheduled", target=None)
    assert told() == set()


def test_who_may_not_see_the_brand_is_not_told_of_it(inside: World) -> None:
    Membership.objects.filter(user=inside.editor).update(sees_all_brands=False)
    fail_a_post(inside)
    assert "member@example.com" not in told()
    member = Membership.objects.get(user=inside.editor)
    BrandAccess.objects.create(membership=member, brand=inside.brand)
    fail_a_post(inside)
    assert Notification.objects.filter(user=inside.editor).count() == 1


def test_nobody_is_told_what_they_did_themselves(inside: World) -> None:
    record(action="schedule.paused", target=inside.schedule, by=inside.admin, reason="Holidays.")
    assert told() == {"owner@example.com", "member@example.com"}


def test_a_choice_decides_the_ways_and_an_account_that_is_closed_hears_nothing(
    inside: World,
) -> None:
    choice = {"kind": "post_failed"}
    NotificationChoice.objects.create(user=inside.owner, in_page=True, by_mail=False, **choice)
    NotificationChoice.objects.create(user=inside.admin, in_page=False, by_mail=True, **choice)
    User.objects.filter(pk=inside.editor.pk).update(is_active=False)
    fail_a_post(inside)
    owner, admin = (Notification.objects.get(user=user) for user in (inside.owner, inside.admin))
    assert (owner.due_at, owner.read_at) == (None, None)
    assert admin.due_at and admin.read_at, "by mail alone: listed, and no bell"
    assert told() == {"owner@example.com", "admin@example.com"}
    NotificationChoice.objects.update(in_page=False, by_mail=False)
    Notification.objects.all().delete()
    fail_a_post(inside)
    assert told() == set()


def test_many_events_at_once_are_one_notice(inside: World) -> None:
    from organizations.models import ActorKind
    from organizations.services.audit import record_all

    deliveries = [make.delivery(make.pending_post(inside.brand, inside.account)) for _ in range(5)]
    record_all(action="delivery.failed", targets=deliveries, kind=ActorKind.SYSTEM)
    [title] = set(Notification.objects.values_list("title", flat=True))
    assert title.endswith("and 4 more of the kind") and Notification.objects.count() == 3


def test_of_many_events_everybody_hears_in_words_of_what_they_may_see(inside: World) -> None:
    from organizations.models import ActorKind
    from organizations.services.audit import record_all

    theirs = BrandProfile.objects.create(name="Their own brand")
    member = Membership.objects.get(user=inside.editor)
    Membership.objects.filter(pk=member.pk).update(sees_all_brands=False)
    BrandAccess.objects.create(membership=member, brand=theirs)
    elsewhere = [make.delivery(make.pending_post(inside.brand, inside.account)) for _ in range(5)]
    here = [make.delivery(make.pending_post(theirs, inside.account)) for _ in range(2)]
    record_all(action="delivery.failed", targets=[*elsewhere, *here], kind=ActorKind.SYSTEM)
    paths = set(Notification.objects.filter(user=inside.editor).values_list("path", flat=True))
    assert len(paths) == 2 and all(any(str(each.pk) in path for each in here) for path in paths), (
        "two of their own are no crowd, and the crowd is another brand's"
    )
    [title] = Notification.objects.filter(user=inside.owner).values_list("title", flat=True)
    assert title.endswith("and 6 more of the kind")


def test_a_record_that_is_rolled_back_told_nobody(world: World) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), org_atomic(world.id):
        fail_a_post(world)
        raise Stop
    with org_atomic(world.id):
        assert told() == set()


# -- Approvals -------------------------------------------------------------------------------------


def test_a_waiting_post_is_told_and_settled_when_somebody_approves_it(inside: World) -> None:
    post = make.pending_post(inside.brand, inside.account, status="draft")
    submit_post(post=post, notes="A link is doubtful.")
    assert "viewer@example.com" not in told()
    mine = Notification.objects.get(user=inside.owner)
    assert "waits for approval" in mine.title and "A link is doubtful." in mine.body
    approve_post(post=post, by=inside.editor)
    mine.refresh_from_db()
    assert mine.read_at and mine.due_at is None


def test_waiting_posts_are_mailed_at_most_once_an_hour(inside: World) -> None:
    def submit() -> None:
        submit_post(post=make.pending_post(inside.brand, inside.account, status="draft"))

    def mails() -> int:
        sweep_mail()
        return len([each for each in mail.outbox if each.to == ["owner@example.com"]])

    start = now()
    with time_machine.travel(start, tick=False) as clock:
        submit()
        assert mails() == 1
        for _ in range(3):
            clock.shift(timedelta(minutes=5))
            submit()
            assert mails() == 1
        clock.move_to(start + timedelta(minutes=61))
        assert mails() == 2
    assert mail.outbox[-1].body.count("on Hosted page waits for approval") == 3


# -- Mail ------------------------------------------------------------------------------------------


def test_one_letter_a_person_holds_all_that_is_due(inside: World) -> None:
    fail_a_post(inside, "First reason.")
    fail_a_post(inside, "Second reason.")
    assert sweep_mail() == 6
    letter = next(each for each in mail.outbox if each.to == ["owner@example.com"])
    assert len(mail.outbox) == 3
    assert letter.subject.startswith("2 notices: ") and inside.organization.name in letter.subject
    assert "First reason." in letter.body and "Second reason." in letter.body
    html = html_of(letter)
    assert f"{inside.path}/notifications/" in letter.body and "Second reason." in html
    assert sweep_mail() == 0
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_the_way_out_is_in_the_headers_and_needs_no_sign_in(inside: World, client: Any) -> None:
    fail_a_post(inside)
    sweep_mail()
    letter = next(each for each in mail.outbox if each.to == ["owner@example.com"])
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    path = address.partition("127.0.0.1:8000")[2] or address[address.index("/unsubscribe/") :]
    assert client.get(path).status_code == 200
    assert not NotificationChoice.objects.exists(), "looking changes nothing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    choice = NotificationChoice.objects.get(user=inside.owner, kind="post_failed")
    assert (choice.in_page, choice.by_mail) == (True, False)
    mail.outbox.clear()
    fail_a_post(inside)
    sweep_mail()
    assert "owner@example.com" not in {each.to[0] for each in mail.outbox}
    cut = client.get(path[:-4] + "/")
    assert cut.status_code == 404


def test_a_title_cannot_write_headers(inside: World) -> None:
    name = "Boats\r\nBcc: everybody@example.com\u2028\x07"
    type(inside.brand).objects.update(name=name)
    fail_a_post(inside)
    sweep_mail()
    for letter in mail.outbox:
        headers = letter.message()
        assert "\n" not in headers["Subject"].replace("\n ", "") and headers["Bcc"] is None
        assert letter.recipients() == letter.to


def test_a_name_cannot_write_markup(inside: World) -> None:
    fail_a_post(inside, "<script>alert(1)</script>")
    sweep_mail()
    assert "<script>" not in html_of(mail.outbox[0])
    assert "<script>alert(1)</script>" in mail.outbox[0].body


@pytest.mark.parametrize("backend", [Away, Dropping])
def test_a_mail_server_that_is_away_is_tried_five_times_and_no_more(
    inside: World, settings: Any, backend: type
) -> None:
    use(settings, backend)
    fail_a_post(inside)
    with time_machine.travel(now(), tick=False) as clock:
        waits = []
        for _ in range(MOST_ATTEMPTS):
            assert sweep_mail() == 0
            row = Notification.objects.filter(user=inside.owner).get()
            waits.append((row.due_at - now()).total_seconds() if row.due_at else None)
            clock.shift(timedelta(seconds=(waits[-1] or 0) + 1))
    assert waits == [60, 300, 1800, 7200, None]
    assert row.mailed_at is None and row.attempts == MOST_ATTEMPTS
    use(settings, EmailBackend)
    assert sweep_mail() == 0


def test_an_address_that_is_refused_is_not_tried_again(inside: World, settings: Any) -> None:
    use(settings, Refusing)
    fail_a_post(inside)
    assert sweep_mail() == 0
    assert not Notification.objects.filter(due_at__isnull=False).exists()


def test_a_letter_that_a_worker_holds_is_not_sent_by_another(inside: World) -> None:
    fail_a_post(inside)
    Notification.objects.update(claimed_until=now() + timedelta(minutes=5))
    assert sweep_mail() == 0 and not mail.outbox


def test_who_has_left_gets_no_mail_about_the_team(inside: World) -> None:
    fail_a_post(inside)
    Membership.objects.filter(user=inside.editor).delete()
    sweep_mail()
    assert {each.to[0] for each in mail.outbox} == {"owner@example.com", "admin@example.com"}
    assert not Notification.objects.filter(user=inside.editor, due_at__isnull=False).exists()


def test_after_a_restore_no_mail_goes_out_by_itself(inside: World) -> None:
    fail_a_post(inside)
    assert hold_mail(now() - timedelta(hours=5)) == 3
    assert sweep_mail() == 0 and not mail.outbox
    assert Notification.objects.filter(read_at=None).count() == 3


# -- Choices ---------------------------------------------------------------------------------------


def test_a_binding_kind_stays_in_warren(inside: World) -> None:
    kind = notice_kinds["security"]
    save_choices(user=inside.viewer, kinds=[kind], ways={"security": Ways(False, False)})
    record(action="person.password_changed", target=inside.viewer, by=inside.viewer)
    row = Notification.objects.get()
    assert row.user_id == inside.viewer.pk and row.read_at is None and row.due_at is None


def test_a_link_of_somebody_who_left_changes_nothing(world: World) -> None:
    way = read_token(token_for(world.id, world.stranger.pk, ["post_failed"]))
    assert unsubscribe(way) is None
    with org_atomic(world.id):
        assert not NotificationChoice.objects.exists()


def test_every_kind_is_described_and_fits_its_column(world: World) -> None:
    assert len(notice_kinds.values()) >= 16
    for key, kind in notice_kinds.items():
        assert key == kind.key and len(key) <= 40 and kind.words and kind.help and kind.actions
        assert kind.words[0].isupper() and not kind.words.endswith(".") and kind.help.endswith(".")
        assert isinstance(kind.role, Role)
