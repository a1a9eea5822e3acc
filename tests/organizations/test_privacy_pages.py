"""The pages about data as people see them."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import (
    AuditRecord,
    Consent,
    ConsentKind,
    Organization,
    OrganizationRequest,
    PersonRequest,
    RequestState,
    User,
)
from organizations.privacy import worker
from organizations.services.privacy_requests import ask_for_own_end, ask_for_team_end
from tests.world import PASSWORD, World

from .confirming import sign_in_confirmed

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.WARREN_MEDIA_ROOT = tmp_path
    return tmp_path


def confirmed(user: User) -> Client:
    return sign_in_confirmed(Client(), user)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def link_in(page: str, part: str) -> str:
    found = re.search(rf'href="([^"]*{part}[^"]*)"', page)
    assert found, page
    return found[1]


def test_the_page_says_what_is_kept_and_asks_without_ticking_anything(world: World) -> None:
    page = text_of(confirmed(world.viewer).get(f"{world.path}/privacy/"))
    assert "What we keep about you, why and for how long" in page
    assert "As long as your account exists" in page
    assert page.count("Not agreed") == len(ConsentKind)
    assert "checked" not in page and 'type="checkbox"' not in page


def test_the_page_asks_the_database_a_fixed_number_of_times(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = confirmed(world.viewer)
    client.get(f"{world.path}/privacy/")
    with django_assert_max_num_queries(16):
        client.get(f"{world.path}/privacy/")
    owner = confirmed(world.owner)
    owner.get(f"{world.path}/team/privacy/")
    with django_assert_max_num_queries(16):
        owner.get(f"{world.path}/team/privacy/")


def test_a_person_agrees_and_takes_it_back(world: World) -> None:
    client = confirmed(world.viewer)
    client.get(f"{world.path}/privacy/")
    for answer, word in (("yes", "Agreed "), ("no", "Taken back ")):
        data = {"kind": "marketing", "answer": answer}
        page = client.post(reverse("organizations:privacy-consent"), data, follow=True)
        assert word in text_of(page)
    assert Consent.objects.filter(user=world.viewer).count() == 2
    wrong = client.post(reverse("organizations:privacy-consent"), {"kind": "x", "answer": "yes"})
    assert wrong.status_code == 422


def test_a_copy_is_asked_for_watched_and_fetched_once(world: World) -> None:
    client = confirmed(world.owner)
    path = f"{world.path}/team/privacy/"
    page = text_of(client.post(f"{path}copies/", follow=True))
    assert "It begins within half a minute" in page and 'data-every="3"' in page
    with org_atomic(world.id):
        wish = OrganizationRequest.objects.get()
    worker.do_team_request(organization_id=world.id, request_id=wish.pk)
    part = client.get(path, headers={"HX-Request": "true"})
    assert "<html" not in text_of(part) and "data-every" not in text_of(part)
    link = link_in(text_of(part), "/team/privacy/copies/")
    assert confirmed(world.admin).get(link).status_code == 403
    answer = client.get(link)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    with ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert "manifest.json" in archive.namelist()
    again = client.get(link)
    assert again.status_code == 410
    assert "fetched already" in text_of(again)
    assert "was fetched on" in text_of(client.get(path))
    with org_atomic(world.id):
        actions = AuditRecord.objects.filter(category="privacy").values_list("action", flat=True)
        assert {"copy.requested", "copy.downloaded"} <= set(actions)


def test_what_matters_asks_once_more_who_it_is(world: World) -> None:
    client = Client()
    client.force_login(world.owner)
    for path in ("copies/", "end/"):
        answer = client.post(f"{world.path}/team/privacy/{path}")
        assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    for name in ("privacy-copy", "privacy-end"):
        answer = client.post(reverse(f"organizations:{name}"))
        assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    with org_atomic(world.id):
        assert not OrganizationRequest.objects.exists()


def test_a_team_is_closed_by_typing_its_name_and_kept_by_one_click(world: World) -> None:
    client = confirmed(world.owner)
    path = f"{world.path}/team/privacy/"
    assert "checked" not in text_of(client.get(f"{path}end/"))
    wrong = client.post(f"{path}end/", {"days": "30", "typed": "Another"})
    assert wrong.status_code == 422
    assert "Nothing was deleted" in text_of(wrong) and 'value="Another"' in text_of(wrong)
    assert client.post(f"{path}end/", {"typed": world.organization.name}).status_code == 422
    data = {"days": "30", "typed": world.organization.name.upper()}
    page = text_of(client.post(f"{path}end/", data, follow=True))
    assert "This team is being closed" in page and "Keep the team" in page
    assert client.post(f"{path}end/", data).status_code == 422
    page = text_of(client.post(f"{path}keeping/", follow=True))
    assert "The team stays" in page and "Close the team" in page
    with org_atomic(world.id):
        assert Organization.objects.get().status == Organization.Status.ACTIVE
    assert client.post(f"{path}keeping/").status_code == 409


def test_everybody_may_look_while_a_team_is_being_closed(world: World) -> None:
    with org_atomic(world.id):
        ask_for_team_end(by=world.owner, days=7)
    assert confirmed(world.viewer).get(f"{world.path}/privacy/").status_code == 200


def test_an_owner_reads_why_the_account_cannot_go_yet(world: World) -> None:
    client = confirmed(world.owner)
    page = text_of(client.get(f"{world.path}/privacy/"))
    assert f"You own {world.organization.name.replace('&', '&amp;')}" in page
    data = {"days": "0", "typed": world.owner.email}
    answer = client.post(reverse("organizations:privacy-end"), data)
    assert answer.status_code == 422 and "Hand it over under Members" in text_of(answer)
    assert not PersonRequest.objects.exists()


def test_a_person_of_no_team_finds_their_data_too(world: World) -> None:
    alone = User.objects.create_user("alone@example.com", PASSWORD)
    client = confirmed(alone)
    page = text_of(client.get(reverse("organizations:privacy-alone")))
    assert "Delete my account" in page
    data = {"days": "30", "typed": "Alone@Example.com"}
    page = text_of(client.post(reverse("organizations:privacy-end"), data, follow=True))
    assert "Keep my account" in page
    wish = PersonRequest.objects.get(user=alone)
    keeping = reverse("organizations:privacy-end-cancel", kwargs={"wish": wish.pk})
    assert confirmed(world.viewer).post(keeping).status_code == 409, "somebody else's"
    assert "Your account stays" in text_of(client.post(keeping, follow=True))


def test_an_account_that_goes_at_once_is_signed_out_by_it(world: World) -> None:
    client = confirmed(world.viewer)
    wish = ask_for_own_end(by=world.viewer, days=0)
    worker.do_person_request(request_id=wish.pk)
    assert client.get(f"{world.path}/privacy/").status_code == 302


def test_a_copy_that_failed_says_so_and_offers_another(world: World) -> None:
    wish = PersonRequest.objects.create(
        user=world.viewer,
        kind="export",
        state=RequestState.FAILED,
        error_message="It could not be made.",
    )
    page = text_of(confirmed(world.viewer).get(f"{world.path}/privacy/"))
    assert "It could not be made." in page
    again = confirmed(world.viewer).post(reverse("organizations:privacy-copy"), follow=True)
    assert "being made" in text_of(again)
    assert PersonRequest.objects.exclude(pk=wish.pk).get().state == RequestState.WAITING


def test_a_link_that_is_over_says_so_on_the_page(world: World) -> None:
    client = confirmed(world.viewer)
    client.post(reverse("organizations:privacy-copy"))
    worker.do_person_request(request_id=PersonRequest.objects.get().pk)
    link = link_in(text_of(client.get(f"{world.path}/privacy/")), "/your-data/copies/")
    with time_machine.travel(now() + timedelta(hours=25), tick=True):
        page = text_of(confirmed(world.viewer).get(f"{world.path}/privacy/"))
        assert "not fetched within 24 hours" in page
        assert confirmed(world.viewer).get(link).status_code == 410
