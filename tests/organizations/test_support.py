"""Questions and answers: from the help page, from the contact form, and from the admin."""

from __future__ import annotations

from collections.abc import Iterator
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from config.kernel.scoping import org_atomic
from organizations.models import (
    ActorKind,
    AuditRecord,
    ContactMessage,
    Membership,
    Notification,
    SupportTicket,
    SupportVisit,
    TicketReply,
    User,
)
from organizations.notices.mailing import sweep_mail
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    with org_atomic(world.id):
        yield world


@pytest.fixture
def desk(world: World) -> Client:
    operator = User.objects.create_superuser(email="staff@example.com", password=PASSWORD)
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture(autouse=True)
def _an_address_for_questions(settings: Any) -> None:
    settings.WARREN_SUPPORT_EMAIL = "support@warren.example"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Dropping(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise SMTPServerDisconnected("gone")


# -- Tickets ---------------------------------------------------------------------------------------


def test_a_member_asks_and_the_operators_are_told_by_mail(
    inside: World, django_capture_on_commit_callbacks: Any
) -> None:
    said = {"subject": "Schedule\r\nBcc: x@example.com", "message": "It does not run."}
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(inside.viewer).post(f"{inside.path}/help/tickets/", said, follow=True)
    html = answer.content.decode()
    assert "It does not run." in html and "on its way" in html
    [told] = mail.outbox
    assert told.to == ["support@warren.example"] and "\n" not in told.subject
    assert told.extra_headers["Reply-To"] == inside.viewer.email
    assert AuditRecord.objects.filter(action="ticket.opened", actor=inside.viewer).exists()


def test_a_form_that_is_not_complete_keeps_what_was_typed(inside: World) -> None:
    said = {"subject": "", "message": "A long story"}
    answer = signed_in(inside.viewer).post(f"{inside.path}/help/tickets/", said)
    assert answer.status_code == 422 and "A long story" in answer.content.decode()
    assert not SupportTicket.objects.exists()


def test_ones_own_questions_are_listed_and_admins_read_the_teams(inside: World) -> None:
    mine = SupportTicket.objects.create(user=inside.viewer, subject="Mine", message="m")
    other = SupportTicket.objects.create(user=inside.editor, subject="The editor's", message="m")
    viewer = signed_in(inside.viewer)
    html = viewer.get(f"{inside.path}/help/").content.decode()
    assert "Mine" in html and "The editor" not in html
    assert viewer.get(f"{inside.path}/help/tickets/{mine.pk}/").status_code == 200
    assert viewer.get(f"{inside.path}/help/tickets/{other.pk}/").status_code == 404
    reply = viewer.post(f"{inside.path}/help/tickets/{other.pk}/replies/", {"body": "x"})
    assert reply.status_code == 404
    leader = signed_in(inside.admin).get(f"{inside.path}/help/").content.decode()
    assert "Mine" in leader and "The editor&#x27;s" in leader


def test_a_question_is_resolved_and_a_reply_opens_it_again(inside: World) -> None:
    row = SupportTicket.objects.create(user=inside.viewer, subject="Mine", message="m")
    client, path = signed_in(inside.viewer), f"{inside.path}/help/tickets/{row.pk}/"
    client.post(f"{path}resolution/")
    assert SupportTicket.objects.filter(status="resolved", resolved_at__isnull=False).exists()
    empty = client.post(f"{path}replies/", {"body": "  "})
    assert empty.status_code == 422
    client.post(f"{path}replies/", {"body": "Not yet."})
    assert SupportTicket.objects.filter(status="open", resolved_at=None).exists()
    assert "Not yet." in client.get(path).content.decode()


def test_a_mail_server_that_is_away_loses_no_question(
    inside: World, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_BACKEND = f"{Dropping.__module__}.{Dropping.__qualname__}"
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(inside.viewer).post(
            f"{inside.path}/help/tickets/", {"subject": "s", "message": "m"}
        )
    assert SupportTicket.objects.count() == 1


def test_words_of_others_are_text(inside: World) -> None:
    row = SupportTicket.objects.create(user=inside.viewer, subject="<b>s</b>", message="<i>m</i>")
    TicketReply.objects.create(ticket=row, is_from_staff=True, body="<u>r</u>")
    html = signed_in(inside.viewer).get(f"{inside.path}/help/tickets/{row.pk}/").content.decode()
    assert not {"<b>s", "<i>m", "<u>r"} & {html[i : i + 4] for i in range(len(html))}


# -- Answers ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, databases=["default", "operator", "owner"])
def test_an_answer_reaches_the_person_in_the_ticket_and_by_mail(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        row = SupportTicket.objects.create(user=world.viewer, subject="Why?", message="m")
    path = f"/admin/organizations/supportticket/{row.pk}/change/"
    try:
        assert "Why?" in desk.get("/admin/organizations/supportticket/").content.decode()
        said = {
            "answer": "Because of the time zone.",
            "status": "open",
            "priority": "high",
            "operator_notes": "",
        }
        html = desk.post(path, said, follow=True).content.decode()
        assert "The answer is on its way." in html
        with org_atomic(world.id):
            row.refresh_from_db()
            assert (row.status, row.priority) == ("answered", "high")
            reply = TicketReply.objects.get(ticket=row)
            assert reply.is_from_staff and reply.author and reply.author.email.startswith("staff")
            told = AuditRecord.objects.get(action="ticket.answered")
            assert told.actor_kind == ActorKind.STAFF
            assert AuditRecord.objects.filter(action="staff.changed").exists()
            assert Notification.objects.get().user_id == world.viewer.pk
        sweep_mail()
        [letter] = mail.outbox
        assert letter.to == [world.viewer.email] and "Because of the time zone." in letter.body
        assert "Because of the time zone." in desk.get(path).content.decode()
        page = signed_in(world.viewer).get(f"{world.path}/help/tickets/{row.pk}/")
        assert "Warren support" in page.content.decode()
    finally:
        with org_atomic(world.id):
            for model in (Notification, TicketReply, SupportTicket):
                model.objects.all().delete()


# -- The contact form ------------------------------------------------------------------------------

MESSAGE = {
    "email": "ada@example.com",
    "name": "Ada",
    "subject": "A question",
    "message": "What does it cost?",
    "website": "",
}


def messages() -> Any:
    return ContactMessage._base_manager.using("owner")


@pytest.mark.django_db(databases=["default", "operator", "owner"])
def test_anybody_writes_without_an_account(
    world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    assert client.get("/contact/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/contact/", MESSAGE, follow=True)
    assert "on its way" in answer.content.decode()
    [told] = mail.outbox
    assert told.to == ["support@warren.example"] and "What does it cost?" in told.body
    assert told.extra_headers["Reply-To"] == "ada@example.com"


def test_the_application_cannot_read_what_strangers_wrote(world: World, client: Client) -> None:
    client.post("/contact/", MESSAGE)
    for sql in ("SELECT * FROM", "DELETE FROM"):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{sql} organizations_contactmessage")


def test_a_program_that_fills_every_field_is_thanked_and_forgotten(
    world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as calls:
        answer = client.post("/contact/", {**MESSAGE, "website": "https://spam.example"})
    assert answer["Location"] == "/contact/sent/" and not calls and not mail.outbox


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"email": "a@b.c\nBcc: x@y.z"}, {"message": ""}]
)
def test_a_message_that_is_not_complete_is_kept_in_the_form(
    world: World, client: Client, wrong: dict[str, str]
) -> None:
    answer = client.post("/contact/", {**MESSAGE, **wrong})
    assert answer.status_code == 422 and "A question" in answer.content.decode()


def test_one_address_writes_five_times_an_hour(world: World, client: Client) -> None:
    states = [client.post("/contact/", MESSAGE).status_code for _ in range(6)]
    assert states == [302] * 5 + [429]


# -- The operators' desk ---------------------------------------------------------------------------


def test_the_first_page_says_what_needs_a_person(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        SupportTicket.objects.create(user=world.viewer, subject="Why?", message="m")
    html = desk.get("/admin/").content.decode()
    assert "What needs a person" in html and 'action="/admin/find/"' in html


def test_a_visit_is_started_from_a_membership_with_a_reason(world: World, desk: Client) -> None:
    with org_atomic(world.id):
        member = Membership.objects.get(user=world.admin)
    path = f"/admin/organizations/membership/{member.pk}/"
    assert "Visit this team as" in desk.get(f"{path}change/").content.decode()
    assert desk.get(f"{path}visit/").status_code == 200
    refused = desk.post(f"{path}visit/", {"reason": "short"})
    assert refused.status_code == 422
    with org_atomic(world.id):
        assert not SupportVisit.objects.exists()
    answer = desk.post(f"{path}visit/", {"reason": "Ticket about the schedule"})
    assert answer["Location"] == f"{world.path}/"
    assert "End visit" in desk.get(f"{world.path}/").content.decode()
    with org_atomic(world.id):
        visit = SupportVisit.objects.get()
        assert not visit.may_change and visit.reason == "Ticket about the schedule"


def test_only_who_may_see_memberships_visits_and_finds(world: World, client: Client) -> None:
    helper = User.objects.create_user(email="helper@example.com", password=PASSWORD, is_staff=True)
    with org_atomic(world.id):
        member = Membership.objects.get(user=world.admin)
    client.force_login(helper)
    path = f"/admin/organizations/membership/{member.pk}/visit/"
    assert client.post(path, {"reason": "Because I am curious"}).status_code == 404
    assert world.owner.email not in client.get("/admin/find/?q=owner").content.decode()
    client.force_login(world.owner)
    assert client.get("/admin/find/?q=owner").status_code == 302


def test_people_teams_and_ids_are_found(world: World, desk: Client) -> None:
    html = desk.get("/admin/find/?q=harbour").content.decode()
    assert "Harbour &amp; Pine" in html
    assert world.owner.email in desk.get("/admin/find/?q=owner@").content.decode()
    by_id = desk.get(f"/admin/find/?q={world.schedule.pk}").content.decode()
    assert f"/admin/publishing/schedule/{world.schedule.pk}/change/" in by_id
    assert "Nothing is called that" in desk.get("/admin/find/?q=zzzz").content.decode()


def test_an_act_asks_why_and_the_team_reads_it(world: World, desk: Client) -> None:
    chosen = {"action": "end_sessions", "_selected_action": [str(world.editor.pk)]}
    browser = Client()
    assert browser.login(email=world.editor.email, password=PASSWORD)
    asked = desk.post("/admin/organizations/user/", chosen).content.decode()
    assert "Why do you do this?" in asked and str(world.editor) in asked
    with org_atomic(world.id):
        assert not AuditRecord.objects.filter(action="staff.ended_sessions").exists()
    desk.post("/admin/organizations/user/", {**chosen, "reason": "Lost telephone"})
    with org_atomic(world.id):
        row = AuditRecord.objects.get(action="staff.ended_sessions")
        assert row.reason == "Lost telephone" and row.actor_kind == ActorKind.STAFF


def test_a_verification_mail_is_sent_again_once_it_is_needed(world: World, desk: Client) -> None:
    data = {
        "action": "verify_again",
        "_selected_action": [str(world.editor.pk)],
        "reason": "They never got it",
    }
    assert (
        "1 mails sent"
        in desk.post("/admin/organizations/user/", data, follow=True).content.decode()
    )
    assert mail.outbox[-1].to == [world.editor.email]
