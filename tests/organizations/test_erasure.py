"""The end of a person and of a team: gone from every table, and nobody else touched."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.test import Client

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import (
    AuditRecord,
    Consent,
    DataKey,
    Erasure,
    Invitation,
    Membership,
    Notification,
    Organization,
    OrganizationRequest,
    PersonRequest,
    RequestState,
    Role,
    SupportTicket,
    User,
)
from organizations.privacy import erasure, worker
from organizations.privacy.purge import purge_deleted
from organizations.privacy.sections import has_organization
from organizations.services import privacy_requests as wishes
from organizations.services.audit import record
from organizations.services.consents import answer_consent
from organizations.services.files import store_file
from organizations.services.suppression import is_suppressed
from tests import make
from tests.every import fill_empty_tables, our_models
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])
MARK = "kanarienvogel"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.WARREN_MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def fill(world: World) -> None:
    fill_empty_tables(world.id, world.owner, MARK)
    with unscoped("test"):
        OrganizationRequest.objects.all().delete()
        PersonRequest.objects.all().delete()


def end_team(world: World, days: int = 7) -> None:
    with org_atomic(world.id):
        wish = wishes.ask_for_team_end(by=world.owner, days=days)
    with time_machine.travel(now() + timedelta(days=days, minutes=1), tick=True):
        assert worker.do_team_request(organization_id=world.id, request_id=wish.pk)


def end_account(user: User, days: int = 0) -> None:
    wish = wishes.ask_for_own_end(by=user, days=days)
    with time_machine.travel(now() + timedelta(days=days, minutes=1), tick=True):
        assert worker.do_person_request(request_id=wish.pk)


def everything() -> dict[str, bytes]:
    """Every table as PostgreSQL writes it out, read as the operator."""
    found = {}
    connection = connections["operator"]
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608
            found[table] = "\n".join(text for (text,) in cursor.fetchall()).encode()
    return found


def with_token(token: str) -> list[str]:
    """Tables that hold the token, as text or as the bytes of a binary column."""
    spellings = (token.encode(), token.encode().hex().encode())
    return [
        table
        for table, text in everything().items()
        if any(spelling in text for spelling in spellings)
    ]


def of_foreign(world: World) -> dict[str, list[str]]:
    """The other team's rows of every table, whole."""
    found = {}
    for model in our_models():
        column = "id" if model is Organization else "organization_id"
        if model is not Organization and not has_organization(model):
            continue
        with connections["operator"].cursor() as cursor:
            cursor.execute(
                f"SELECT t::text FROM {model._meta.db_table} t WHERE {column} = %s ORDER BY 1",  # noqa: S608
                [world.foreign.id],
            )
            found[model._meta.label_lower] = [text for (text,) in cursor.fetchall()]
    return found


# -- A team ---------------------------------------------------------------------------------------


def test_nothing_of_an_erased_team_is_left_anywhere_and_the_other_stands_row_for_row(
    world: World, media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for organization in (world.organization, world.foreign):
        with org_atomic(organization.id):
            Organization.objects.update(name=f"{organization.name} {MARK}"[:120])
    with org_atomic(world.foreign.id):
        Organization.objects.update(name=world.foreign.name)
        theirs = store_file(b"theirs", ending="txt")
    fill(world)
    with org_atomic(world.id):
        make.pending_post(world.brand, world.account, content=MARK)
        BrandProfile.objects.update(personality=MARK)
        store_file(MARK.encode(), ending="txt")
        record(action="x", target=world.brand, reason=MARK, data={"said": MARK})
    LogEntry.objects.using("operator").create(
        user=world.admin,
        content_type=ContentType.objects.get_for_model(BrandProfile),
        object_id=str(world.brand.pk),
        object_repr=MARK,
        action_flag=CHANGE,
        change_message=MARK,
    )
    # What no organization owns is not part of it: price lists, strangers' messages, consents.
    owned = [model for model in our_models() if has_organization(model) or model is Organization]
    installation = {model._meta.db_table for model in our_models() if model not in owned}
    # Their rows of the fill name nobody's organization.
    installation |= {"billing_paymentevent", "organizations_appsetting"}
    assert len(set(with_token(MARK)) - installation) > 25
    before = of_foreign(world)
    end_team(world)
    assert set(with_token(MARK)) <= installation
    assert set(with_token(str(world.id))) == set()
    assert of_foreign(world) == before
    assert not (media / str(world.id)).exists()
    assert [path.name for path in media.rglob("*.txt")] == [theirs.rpartition("/")[2]]
    assert MARK not in caplog.text
    [receipt] = Erasure.objects.using("operator").exclude(digest=MARK)
    assert receipt.finished_at is not None and receipt.subject == Erasure.Subject.ORGANIZATION
    assert receipt.counts["brands.brandprofile"] == 1
    assert receipt.counts["files"] == 1
    assert MARK not in json.dumps(receipt.counts)


def test_nothing_of_an_erased_team_is_left_in_redis(world: World) -> None:
    from redis import Redis

    with org_atomic(world.id):
        Organization.objects.update(name=MARK)
        BrandProfile.objects.update(personality=MARK)
    client = Client()
    client.force_login(world.owner)
    client.get(f"{world.path}/")
    end_team(world)
    redis = Redis.from_url(cache._cache._servers[0])  # type: ignore[attr-defined]
    for key in redis.scan_iter("*"):
        kind = redis.type(key)
        value = redis.get(key) if kind == b"string" else b""
        assert MARK.encode() not in key + (value or b"")


def test_the_keys_go_first_and_a_failure_is_finished_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    with org_atomic(world.id):
        wish = wishes.ask_for_team_end(by=world.owner, days=7)
    erase = erasure._erase_rows

    def breaks(organization_id: Any) -> dict[str, int]:
        with connections["operator"].cursor() as cursor:
            cursor.execute("DELETE FROM brands_brandaccess")
        raise DatabaseError("The disk is full.")

    monkeypatch.setattr(erasure, "_erase_rows", breaks)
    later = now() + timedelta(days=8)
    with time_machine.travel(later, tick=True):
        worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    with org_atomic(world.id):
        assert not DataKey.objects.exists()
        assert Organization.objects.get().status == Organization.Status.DELETED
        row = OrganizationRequest.objects.get(pk=wish.pk)
        assert row.state == RequestState.WAITING and "tried again" in row.error_message
        with pytest.raises(Conflict, match="can no longer"):
            wishes.keep_team(wish=row, by=world.owner)
        OrganizationRequest.objects.update(attempts=worker.FAILING)
    assert [found.is_well for found in worker.failing_findings()] == [False]
    assert Erasure.objects.using("operator").get(subject="organization", finished_at=None)
    monkeypatch.setattr(erasure, "_erase_rows", erase)
    with time_machine.travel(later + timedelta(minutes=5), tick=True):
        worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    with unscoped("test"):
        assert list(Organization.with_deleted.all()) == [world.foreign]


def test_a_team_is_closed_for_those_who_type_its_grace_and_kept_by_a_link(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    with org_atomic(world.id), pytest.raises(Invalid, match="30 or 7 days"):
        wishes.ask_for_team_end(by=world.owner, days=0)
    with django_capture_on_commit_callbacks(execute=True), org_atomic(world.id):
        wish = wishes.ask_for_team_end(by=world.owner, days=30)
        with pytest.raises(Conflict):
            wishes.ask_for_team_end(by=world.owner, days=30)
    [letter] = mail.outbox
    path = next(line for line in letter.body.splitlines() if "/keep/team/" in line)
    path = path[path.index("/keep/") :]
    assert b"Keep the team?" in Client().get(path).content
    with org_atomic(world.id):
        assert Organization.objects.get().status == Organization.Status.CLOSING, "a scanner looked"
    assert b"Kept" in Client().post(path).content
    with org_atomic(world.id):
        assert Organization.objects.get().status == Organization.Status.ACTIVE
        assert AuditRecord.objects.filter(action="team.kept", category="privacy").exists()
        assert not worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    assert Client().post(path).status_code == 409
    assert Client().get(path[:-5] + "abcd/").status_code == 404


def test_the_end_of_a_team_is_told_with_its_counts(world: World) -> None:
    end_team(world)
    letter = mail.outbox[-1]
    assert letter.to == [world.owner.email]
    assert "brands.brandprofile" in letter.body and world.organization.name in letter.subject


@pytest.mark.parametrize(
    ("status", "state"), [("active", RequestState.FAILED), ("suspended", RequestState.WAITING)]
)
def test_a_team_that_an_operator_opened_or_suspended_is_not_erased(
    world: World, status: str, state: str
) -> None:
    with org_atomic(world.id):
        wish = wishes.ask_for_team_end(by=world.owner, days=7)
        Organization.objects.update(status=status)
    with time_machine.travel(now() + timedelta(days=8), tick=True):
        worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    with org_atomic(world.id):
        assert Organization.objects.get().status == status
        assert OrganizationRequest.objects.get().state == state
    assert not Erasure.objects.using("operator").exists()


def test_who_was_deleted_by_an_operator_ends_as_thoroughly_after_30_days(world: World) -> None:
    with unscoped("test"):
        Organization.objects.filter(pk=world.id).update(deleted_at=now())
        User.objects.filter(pk=world.viewer.pk).update(deleted_at=now())
    counts = purge_deleted(now() + timedelta(days=31))
    assert counts["organizations.organization"] == counts["organizations.user"] == 1
    receipts = Erasure.objects.using("operator").filter(finished_at__isnull=False)
    assert {receipt.subject for receipt in receipts} == {"person", "organization"}
    assert not User.with_deleted.filter(pk=world.viewer.pk).exists()


# -- A person -------------------------------------------------------------------------------------


def test_nothing_of_an_erased_person_is_left_and_what_they_did_stays_without_a_name(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    from allauth.account.models import EmailAddress

    token = "zaunkoenig"  # noqa: S105 - a word that is nowhere else
    person = User.objects.create_user(f"{token}@example.com", PASSWORD, name=f"Frau {token}")
    EmailAddress.objects.create(user=person, email=f"{token}.2@example.com", verified=True)
    for organization in (world.organization, world.foreign):
        with org_atomic(organization.id):
            Membership.objects.create(user=person, role=Role.MEMBER, joined_at=now())
            Notification.objects.create(user=person, kind="x", title=f"For {token}")
            ticket = SupportTicket.objects.create(user=person, subject="Help", message="Please")
            acted = record(action="x.done", target=ticket, by=person)
    with org_atomic(world.id):
        Invitation.objects.create(
            email=f"{token}.2@Example.com", token_digest="d" * 64, expires_at=now()
        )
        BrandProfile.objects.update(notify_email=person.email)
    answer_consent(user=person, kind="marketing", is_granted=True)
    client = Client()
    client.force_login(person)
    assert client.get("/teams/").status_code == 200
    LogEntry.objects.using("operator").create(
        user=world.admin,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(person.pk),
        object_repr=str(person),
        action_flag=CHANGE,
        change_message="",
    )
    assert len(with_token(token)) >= 6
    end_account(person)
    assert with_token(token) == []
    assert with_token(str(person.pk)) == ["django_admin_log"]
    assert token not in caplog.text
    assert not Consent.objects.exists()
    assert client.get("/teams/").status_code == 302, "signed out everywhere"
    with org_atomic(world.foreign.id):
        assert AuditRecord.objects.get(action="member.erased").category == "privacy"
        assert SupportTicket.objects.get().user_id is None
        row = AuditRecord.objects.get(pk=acted.pk)
        assert row.actor_id is None and row.actor_digest == acted.actor_digest
    with org_atomic(world.id):
        assert BrandProfile.objects.get().notify_email == ""
        assert is_suppressed(f"{token}.2@example.com")
        assert not Invitation.objects.exists()
    receipt = Erasure.objects.using("operator").get(subject="person")
    assert receipt.counts["organizations.membership"] == 2
    assert receipt.counts["organizations.auditrecord without a name"] >= 2
    assert receipt.counts["sessions"] == 1
    assert mail.outbox[-1].to == [f"{token}@example.com"]


def test_who_owns_a_team_hands_it_over_or_closes_it_first(world: World) -> None:
    with pytest.raises(Conflict, match=f"You own “{world.organization.name}”"):
        wishes.ask_for_own_end(by=world.owner, days=30)
    with org_atomic(world.id):
        team = wishes.ask_for_team_end(by=world.owner, days=7)
    mine = wishes.ask_for_own_end(by=world.owner, days=0)
    assert worker.do_person_request(request_id=mine.pk)
    assert User.objects.filter(pk=world.owner.pk).exists(), "the team goes first"
    with time_machine.travel(now() + timedelta(days=8), tick=True):
        worker.do_team_request(organization_id=world.id, request_id=team.pk)
        worker.do_person_request(request_id=mine.pk)
    assert not User.objects.filter(pk=world.owner.pk).exists()


def test_who_became_an_owner_meanwhile_waits_with_a_sentence(world: World) -> None:
    wish = wishes.ask_for_own_end(by=world.admin, days=30)
    with org_atomic(world.id):
        Membership.objects.filter(user=world.owner).update(role=Role.ADMIN)
        Membership.objects.filter(user=world.admin).update(role=Role.OWNER)
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        worker.do_person_request(request_id=wish.pk)
    wish.refresh_from_db()
    assert wish.state == RequestState.WAITING
    assert wish.error_message.startswith(f"You own {world.organization.name}")


def test_an_account_is_kept_by_its_page_and_by_its_letter(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        wish = wishes.ask_for_own_end(by=world.viewer, days=30)
    assert worker.due_person_requests() == []
    body = mail.outbox[-1].body
    path = next(line for line in body.splitlines() if "/keep/account/" in line)
    assert Client().post(path[path.index("/keep/") :]).status_code == 200
    wish.refresh_from_db()
    assert wish.state == RequestState.CANCELLED
    with pytest.raises(Conflict):
        wishes.keep_account(wish=wish)


# -- After a restore ------------------------------------------------------------------------------


def test_who_was_erased_is_erased_again_after_an_old_backup_was_restored(
    world: World, tmp_path: Path
) -> None:
    person, team = world.viewer, world.organization
    memory = User.objects.filter(pk=person.pk).values().get()
    end_account(person)
    end_team(world)
    out = io.StringIO()
    call_command("export_erasures", stdout=out)
    kept = tmp_path / "erasures.jsonl"
    kept.write_text(out.getvalue())
    assert person.email not in out.getvalue() and str(team.pk) not in out.getvalue()
    # The backup is older than both: rows are back, receipts are not.
    Erasure.objects.using("operator").all().delete()
    User.objects.create(**memory)
    with org_atomic(team.pk):
        Organization(id=team.pk, name=team.name, slug=team.slug, status="active").save(
            force_insert=True
        )
        Membership.objects.create(user=world.admin, role=Role.OWNER)
        Membership.objects.create(user_id=person.pk, role=Role.VIEWER)
    out = io.StringIO()
    call_command("replay_erasures", str(kept), stdout=out)
    assert "1 person and 1 organization" in out.getvalue()
    assert not User.objects.filter(pk=person.pk).exists()
    assert User.objects.filter(pk=world.admin.pk).exists()
    with unscoped("test"):
        assert list(Organization.with_deleted.all()) == [world.foreign]
    receipts = Erasure.objects.using("operator").all()
    assert receipts.count() == 2 and all(receipt.replayed_at for receipt in receipts)
    again = io.StringIO()
    call_command("replay_erasures", str(kept), stdout=again)
    assert "0 people and 0 organizations" in again.getvalue()
