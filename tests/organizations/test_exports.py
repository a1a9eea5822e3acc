"""Copies of a team's and a person's data, as their makers and their readers see them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail

from config.kernel.clock import now
from config.kernel.errors import Conflict, Gone, NotFound, TooMany
from config.kernel.scoping import org_atomic
from organizations.models import (
    Invitation,
    Membership,
    Notification,
    OrganizationRequest,
    PersonRequest,
    RequestState,
    SupportTicket,
)
from organizations.privacy import exports, worker, writing
from organizations.privacy.exports import link_token
from organizations.privacy.sections import of_organization
from organizations.privacy.subjects import FOLDER
from organizations.services import privacy_requests as wishes
from organizations.services.files import store_file
from tests import make
from tests.every import fill_empty_tables
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])
MARK = "kanarienvogel"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.WARREN_MEDIA_ROOT = tmp_path
    return tmp_path


def fill(world: World) -> None:
    fill_empty_tables(world.id, world.owner, MARK)
    with org_atomic(world.id):
        # One of them is a copy that is being made.
        OrganizationRequest.objects.all().delete()


def team_copy(world: World) -> OrganizationRequest:
    with org_atomic(world.id):
        wish = wishes.ask_for_team_copy(by=world.owner)
    assert worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    with org_atomic(world.id):
        return OrganizationRequest.objects.get(pk=wish.pk)


def own_copy(world: World) -> PersonRequest:
    wish = wishes.ask_for_own_copy(by=world.editor)
    assert worker.do_person_request(request_id=wish.pk)
    return PersonRequest.objects.get(pk=wish.pk)


def opened(root: Path, wish: Any) -> ZipFile:
    return ZipFile(root / FOLDER / wish.file)


def test_a_copy_holds_every_table_twice_with_the_rows_that_the_database_has(
    world: World, media: Path
) -> None:
    with org_atomic(world.id):
        make.pending_post(world.brand, world.account)
        picture = store_file(b"a picture", ending="png")
    fill(world)
    with org_atomic(world.id):
        counted = {section.name: section.count() for section in of_organization(world.id)}
    wish = team_copy(world)
    assert wish.state == RequestState.DONE, wish.error_message
    with opened(media, wish) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        said = {each["name"]: each for each in manifest["files"]}
        assert set(archive.namelist()) == {*said, "manifest.json"}
        for name, each in said.items():
            content = archive.read(name)
            assert hashlib.sha256(content).hexdigest() == each["sha256"], name
            assert len(content) == each["bytes"]
        for name, count in counted.items():
            rows = json.loads(archive.read(f"{name}.json"))
            lines = list(csv.reader(io.StringIO(archive.read(f"{name}.csv").decode())))
            # The request itself is one row more than when we counted, and so is its record.
            more = (
                0
                if name not in {"organizations-organizationrequest", "organizations-auditrecord"}
                else len(rows) - count
            )
            assert more in {0, 1}
            assert len(rows) == len(lines) - 1 == said[f"{name}.json"]["rows"] == count + more, name
        assert archive.read(f"files/{picture.rpartition('/')[2]}") == b"a picture"
        people = json.loads(archive.read("people.json"))
        assert {row["user__email"] for row in people} >= {"owner@example.com", "admin@example.com"}
        texts = b"".join(archive.read(name) for name in archive.namelist())
    assert MARK.encode() in texts
    assert b"stranger@example.com" not in texts and world.foreign.name.encode() not in texts


def test_a_copy_holds_no_secret_of_any_kind(world: World, media: Path) -> None:
    fill(world)
    wish = team_copy(world)
    with opened(media, wish) as archive:
        columns = {
            name: next(csv.reader(io.StringIO(archive.read(name).decode())))
            for name in archive.namelist()
            if name.endswith(".csv")
        }
    assert "credentials" not in columns["publishing-socialaccount.csv"]
    assert "api_key" not in columns["organizations-modelroute.csv"]
    assert "token_digest" not in columns["organizations-invitation.csv"]
    assert "digest" not in columns["organizations-apikey.csv"]
    assert "organizations-datakey.csv" not in columns


def test_a_copy_is_written_in_batches_and_goes_on_where_it_stopped(
    world: World, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "ROWS_A_BATCH", 2)
    with org_atomic(world.id):
        for number in range(5):
            make.material(world.brand, name=f"Material {number}")
        wish = wishes.ask_for_team_copy(by=world.owner)
    saved = exports._save
    turns = 0

    def dies_now_and_then(*args: Any) -> None:
        nonlocal turns
        turns += 1
        # After the files, before the row: what was written does not count, and is cut off.
        if turns % 3 == 0:
            raise KeyboardInterrupt
        saved(*args)

    monkeypatch.setattr(exports, "_save", dies_now_and_then)
    for attempt in range(200):
        with time_machine.travel(now() + timedelta(minutes=10 * attempt), tick=True):
            try:
                worker.do_team_request(organization_id=world.id, request_id=wish.pk)
            except KeyboardInterrupt:
                continue
            break
    with org_atomic(world.id):
        done = OrganizationRequest.objects.get(pk=wish.pk)
    assert done.state == RequestState.DONE, done.error_message
    assert turns > 50
    with opened(media, done) as archive:
        rows = json.loads(archive.read("content-material.json"))
        lines = list(csv.reader(io.StringIO(archive.read("content-material.csv").decode())))
    assert sorted(row["name"] for row in rows) == [f"Material {number}" for number in range(5)]
    assert len(lines) == 6
    assert not (media / FOLDER / str(done.pk)).exists()


def test_a_long_copy_is_made_in_turns_that_are_no_failures(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with org_atomic(world.id):
        wish = wishes.ask_for_team_copy(by=world.owner)
    monkeypatch.setattr(exports, "TURN_SECONDS", -1.0)
    monkeypatch.setattr(exports.write_copy, "__kwdefaults__", {"seconds": -1.0})
    for _ in range(300):
        worker.do_team_request(organization_id=world.id, request_id=wish.pk)
        with org_atomic(world.id):
            row = OrganizationRequest.objects.get(pk=wish.pk)
        if row.state != RequestState.RUNNING:
            break
        assert row.attempts <= 1
    assert row.state == RequestState.DONE


def test_the_link_works_once_for_who_asked_and_leaves_no_file(world: World, media: Path) -> None:
    wish = team_copy(world)
    word, path = link_token(wish), media / FOLDER / wish.file
    with org_atomic(world.id):
        with pytest.raises(NotFound):
            wishes.fetch_team_copy(wish_id=wish.pk, by=world.admin, word=word)
        with pytest.raises(NotFound):
            wishes.fetch_team_copy(wish_id=wish.pk, by=world.owner, word="x" * 43)
        assert path.exists()
        stream, size = wishes.fetch_team_copy(wish_id=wish.pk, by=world.owner, word=word)
        with stream:
            assert len(stream.read()) == size
        assert not path.exists()
        with pytest.raises(Gone, match="fetched already"):
            wishes.fetch_team_copy(wish_id=wish.pk, by=world.owner, word=word)


def test_the_link_ends_after_a_day(world: World) -> None:
    wish = team_copy(world)
    with (
        time_machine.travel(now() + timedelta(hours=24, minutes=1)),
        org_atomic(world.id),
        pytest.raises(Gone),
    ):
        wishes.fetch_team_copy(wish_id=wish.pk, by=world.owner, word=link_token(wish))


def test_a_copy_is_one_at_a_time_and_three_a_day(world: World) -> None:
    wish = wishes.ask_for_own_copy(by=world.viewer)
    with pytest.raises(Conflict, match="being made already"):
        wishes.ask_for_own_copy(by=world.viewer)
    worker.do_person_request(request_id=wish.pk)
    wishes.ask_for_own_copy(by=world.viewer)
    with pytest.raises(TooMany):
        wishes.ask_for_own_copy(by=world.viewer)


def test_a_mail_says_that_the_copy_is_ready(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        team_copy(world)
    [letter] = mail.outbox
    assert letter.to == [world.owner.email]
    assert f"{world.path}/team/privacy/" in letter.body


def test_a_persons_copy_holds_what_is_theirs_in_all_teams_and_nothing_of_others(
    world: World, media: Path
) -> None:
    for organization, words in ((world.organization, "Here"), (world.foreign, "There")):
        with org_atomic(organization.id):
            if organization == world.foreign:
                Membership.objects.create(user=world.editor, role="viewer", joined_at=now())
            Notification.objects.create(user=world.editor, kind="x", title=f"{words}, mine")
            Notification.objects.create(user=world.stranger, kind="x", title="Somebody else's")
            SupportTicket.objects.create(user=world.editor, subject=words, message="Help me")
    wish = own_copy(world)
    assert wish.state == RequestState.DONE, wish.error_message
    with opened(media, wish) as archive:
        rows = {
            name: json.loads(archive.read(name))
            for name in archive.namelist()
            if name.endswith(".json") and name != "manifest.json"
        }
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert [row["email"] for row in rows["you.json"]] == [world.editor.email]
    assert "password" not in rows["you.json"][0]
    assert len(rows["organizations-membership.json"]) == 2
    assert {row["title"] for row in rows["organizations-notification.json"]} == {
        "Here, mine",
        "There, mine",
    }
    assert {row["message"] for row in rows["organizations-supportticket-by-you.json"]} == {
        "Help me"
    }
    for other in (world.owner, world.stranger):
        assert other.email.encode() not in everything


def test_a_failure_is_tried_again_and_given_up_with_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with org_atomic(world.id):
        wish = wishes.ask_for_team_copy(by=world.owner)

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(exports, "write_batch", full)
    for attempt in range(worker.GIVING_UP):
        with time_machine.travel(now() + timedelta(hours=2 * attempt)):
            assert worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    with org_atomic(world.id):
        row = OrganizationRequest.objects.get(pk=wish.pk)
    assert row.state == RequestState.FAILED
    assert "could not be made" in row.error_message and "device" not in row.error_message


def test_the_sweep_finds_what_is_due_and_leaves_the_rest(world: World) -> None:
    with org_atomic(world.id):
        wish = wishes.ask_for_team_copy(by=world.owner)
        wishes.ask_for_team_end(by=world.owner, days=7)
    mine = wishes.ask_for_own_copy(by=world.viewer)
    wishes.ask_for_own_end(by=world.viewer, days=30)
    assert [row.id for row in worker.due_team_requests()] == [wish.pk]
    assert worker.due_person_requests() == [mine.pk]
    assert len(worker.due_team_requests(now() + timedelta(days=8))) == 2


def test_an_address_that_nobody_proved_opens_no_letters_of_somebody_else(
    world: World, media: Path, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.filter(user=world.editor).delete()
    EmailAddress.objects.create(user=world.editor, email=world.editor.email, verified=False)
    with org_atomic(world.id):
        Invitation.objects.create(email=world.editor.email, token_digest="d" * 64, expires_at=now())
    wish = own_copy(world)
    with opened(media, wish) as archive:
        assert json.loads(archive.read("organizations-invitation-to-you.json")) == []
    EmailAddress.objects.filter(user=world.editor).update(verified=True)
    wish = own_copy(world)
    with opened(media, wish) as archive:
        [row] = json.loads(archive.read("organizations-invitation-to-you.json"))
    assert row["email"] == world.editor.email and "token_digest" not in row
