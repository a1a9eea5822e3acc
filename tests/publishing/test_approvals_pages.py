"""The approvals desk as people use it: look, decide, change, go on to the next."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Angle, Candidate, GuardResult
from publishing.autopilot import sweep
from publishing.models import (
    AccountStatus,
    AutopilotRun,
    Decision,
    Delivery,
    PendingPost,
    PendingStatus,
    RunStatus,
    SocialAccount,
)
from publishing.services.workflows import Step
from tests import make, make_reviews
from tests.make_reviews import client_step
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def waiting(world: World, **fields: Any) -> PendingPost:
    with org_atomic(world.id):
        return make.pending_post(world.brand, world.account, **fields)


def with_variations(world: World) -> tuple[PendingPost, list[Candidate]]:
    """A waiting post with three texts; the third is blocked by a guard."""
    with org_atomic(world.id):
        request = make.generation(world.brand, make.material(world.brand))
        texts = [
            make.candidate(
                request,
                label=label,
                rank=rank,
                text=f"Text {label} about masts.",
                angle=angle,
                is_valid=label != "C",
                rerank_score=0.9 - number / 10,
                max_similarity=0.72 if label == "A" else 0.2,
                neighbours=[{"score": 0.72, "excerpt": "An earlier post about masts."}],
                sources=["Every mast is planed by hand."],
            )
            for number, (label, rank, angle) in enumerate(
                [
                    ("A", 1, Angle.USER_BENEFIT),
                    ("B", 2, Angle.STORYTELLING),
                    ("C", None, Angle.EDUCATIONAL),
                ]
            )
        ]
        for text in texts:
            GuardResult.objects.create(
                candidate=text,
                guard="words_to_avoid",
                version="1",
                passed=text.is_valid,
                reason="" if text.is_valid else "“cheap” is a word that the brand avoids.",
            )
        pending = make.pending_post(world.brand, world.account, candidate=texts[0])
        Decision.objects.create(
            pending_post=pending,
            kind=Decision.Kind.MATERIAL,
            summary="Material: Wooden masts",
            reason="Its turn: it was used least.",
        )
    return pending, texts


def path(world: World, pending: PendingPost, verb: str = "") -> str:
    return f"{world.path}/approvals/{pending.pk}/{verb}"


def fresh(world: World, pending: PendingPost) -> PendingPost:
    with org_atomic(world.id):
        return PendingPost.objects.get(pk=pending.pk)


def test_the_list_shows_what_waits_soonest_first_and_asks_few_queries(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        waiting(world, content=f"Post {number}.", expires_at=now() + timedelta(hours=30 - number))
    # The first visit also notes the team in the session.
    page.get(f"{world.path}/approvals/")
    with django_assert_max_num_queries(12):
        answer = page.get(f"{world.path}/approvals/")
    body = answer.content.decode()
    assert len(answer.content) < 100_000
    assert body.index("Post 24.") < body.index("Post 10.")
    assert ">25<" in body
    assert "Older" in body


def test_an_empty_list_says_what_will_be_here(world: World, page: Client) -> None:
    body = page.get(f"{world.path}/approvals/").content.decode()
    assert "All clear" in body and "Write now" in body


def test_a_post_is_shown_with_everything_that_speaks_for_and_against_it(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    pending, _ = with_variations(world)
    # The first visit also notes the team in the session.
    page.get(path(world, pending))
    with django_assert_max_num_queries(12):
        answer = page.get(path(world, pending))
    body = answer.content.decode()
    for words in (
        "Text A about masts.",
        "User benefit",
        "Storytelling",
        "Blocked",
        "0.72; warns from",
        "An earlier post about masts.",
        "Words to avoid",
        "Every mast is planed by hand.",
        "Its turn: it was used least.",
        "Offline writer",
        "Approve and",
        "Expires",
    ):
        assert words in body, words


def test_another_variation_can_be_looked_at_before_it_is_chosen(world: World, page: Client) -> None:
    pending, texts = with_variations(world)
    body = page.get(path(world, pending, f"?variation={texts[2].pk}")).content.decode()
    assert "Text C about masts." in body
    assert "is a word that the brand avoids" in body
    assert "Use variation C" in body


def test_a_chosen_variation_becomes_the_post(world: World, page: Client) -> None:
    pending, texts = with_variations(world)
    answer = page.post(path(world, pending, f"variation/{texts[1].pk}/"), follow=True)
    assert "Variation B is the post now" in answer.content.decode()
    assert fresh(world, pending).content == "Text B about masts."


def test_approving_schedules_it_and_goes_on_to_the_next(world: World, page: Client) -> None:
    first = waiting(world, content="First.", scheduled_for=now() + timedelta(hours=2))
    second = waiting(world, content="Second.", expires_at=now() + timedelta(hours=48))
    answer = page.post(path(world, first, "approval/"), follow=True)
    assert answer.redirect_chain[-1][0] == path(world, second)
    assert "Approved. It goes out at its time." in answer.content.decode()
    with org_atomic(world.id):
        assert Delivery.objects.get(pending_post=first).account == world.account


def test_approving_in_place_swaps_the_desk_and_offers_an_undo(world: World, page: Client) -> None:
    first, second = waiting(world, content="First."), waiting(world, content="Second.")
    answer = page.post(path(world, first, "approval/"), headers=HTMX)
    assert answer.status_code == 200
    body = answer.content.decode()
    assert body.lstrip().startswith('<div id="desk"') and "Second." in body
    assert answer.headers["HX-Push-Url"] == path(world, second)
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast["undo_url"] == path(world, first, "withdrawal/")
    page.post(toast["undo_url"])
    assert fresh(world, first).status == PendingStatus.PENDING


def test_a_post_that_cannot_go_out_says_why_and_stays(world: World, page: Client) -> None:
    pending = waiting(world)
    with org_atomic(world.id):
        SocialAccount.objects.update(status=AccountStatus.NEEDS_RECONNECT)
    answer = page.post(path(world, pending, "approval/"))
    assert answer.status_code == 409
    assert "Connect it again under Channels" in answer.content.decode()
    assert page.post(path(world, pending, "approval/"), headers=HTMX).status_code == 422
    assert fresh(world, pending).status == PendingStatus.PENDING


def test_a_rejection_needs_its_reason_and_keeps_it(world: World, page: Client) -> None:
    pending = waiting(world)
    answer = page.post(path(world, pending, "rejection/"), {"reason": ""})
    assert answer.status_code == 422
    page.post(path(world, pending, "rejection/"), {"reason": "Too loud for this client."})
    row = fresh(world, pending)
    assert row.status == PendingStatus.REJECTED
    assert row.rejection_reason == "Too loud for this client."
    assert "Too loud for this client." in page.get(path(world, pending)).content.decode()


def test_an_edit_is_what_will_go_out(world: World, page: Client) -> None:
    pending = waiting(world)
    answer = page.post(
        path(world, pending, "edit/"),
        {"content": "Masts, by hand.", "hashtags": "#masts, boats", "link": ""},
        follow=True,
    )
    assert "Edited by hand" in answer.content.decode()
    row = fresh(world, pending)
    assert (row.content, row.hashtags) == ("Masts, by hand.", ["masts", "boats"])


def test_a_text_that_does_not_fit_is_refused_in_place_and_kept(world: World, page: Client) -> None:
    pending = waiting(world)
    text = "Seaworthy. " * 600
    answer = page.post(
        path(world, pending, "edit/"), {"content": text, "hashtags": "", "link": ""}, headers=HTMX
    )
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "shorten it by" in body
    assert body.count("Seaworthy.") >= 600
    assert fresh(world, pending).content != text


def test_the_counter_has_the_limits_of_the_network(world: World, page: Client) -> None:
    pending = waiting(world)
    body = page.get(path(world, pending, "edit/")).content.decode()
    assert "data-limits=" in body and "max_characters" in body


def test_a_time_is_read_in_the_zone_of_the_brand(world: World, page: Client) -> None:
    with time_machine.travel("2026-06-01T08:00:00Z", tick=False):
        pending = waiting(world)
        body = page.get(path(world, pending, "time/")).content.decode()
        assert "Time in Europe/Berlin" in body
        page.post(path(world, pending, "time/"), {"scheduled_for": "2026-06-02T10:30"})
        assert fresh(world, pending).scheduled_for.isoformat() == "2026-06-02T08:30:00+00:00"
        answer = page.post(path(world, pending, "time/"), {"scheduled_for": "2026-05-01T10:30"})
    assert answer.status_code == 422
    assert "still ahead" in answer.content.decode()
    assert "2026-05-01T10:30" in answer.content.decode()


def test_an_expired_post_is_opened_again(world: World, page: Client) -> None:
    pending = waiting(world, status=PendingStatus.EXPIRED)
    assert "Open again" in page.get(path(world, pending)).content.decode()
    page.post(path(world, pending, "reopening/"))
    assert fresh(world, pending).status == PendingStatus.PENDING


def test_writing_anew_shows_how_far_it_is_and_then_three_texts_from_other_angles(
    world: World, page: Client
) -> None:
    pending, _ = with_variations(world)
    answer = page.post(
        path(world, pending, "regeneration/"), {"instruction": "shorter"}, follow=True
    )
    body = answer.content.decode()
    assert 'id="rewriting"' in body and "Three new texts wait for the worker" in body
    assert "Approve and" not in body
    with org_atomic(world.id):
        assert Candidate.objects.count() == 3
    part = page.get(path(world, pending, "regeneration/progress/"), headers=HTMX)
    assert part.content.decode().lstrip().startswith('<div id="rewriting"')
    assert sweep.sweep_runs() == 1
    part = page.get(path(world, pending, "regeneration/progress/"), headers=HTMX)
    assert (part["HX-Retarget"], part["HX-Reswap"]) == ("#desk", "outerHTML")
    assert "Three new texts are written" in part["HX-Trigger"]
    assert fresh(world, pending).regeneration_count == 1
    body = page.get(path(world, pending)).content.decode()
    assert "Earlier texts of this post" in body and "Approve and" in body
    assert 'id="rewriting"' not in body


def test_new_texts_that_did_not_come_say_why_and_can_be_asked_for_again(
    world: World, page: Client
) -> None:
    pending, _ = with_variations(world)
    page.post(path(world, pending, "regeneration/"), {"instruction": "shorter"})
    with org_atomic(world.id):
        run = AutopilotRun.objects.get()
        AutopilotRun.objects.update(status=RunStatus.FAILED, outcome="The model was away.")
    body = page.get(path(world, pending)).content.decode()
    assert "The model was away." in body and "Approve and" in body
    assert (
        ">\nshorter</textarea>" in page.get(path(world, pending, "regeneration/")).content.decode()
    )
    answer = page.post(f"{world.path}/runs/{run.pk}/repetition/", follow=True)
    assert answer.redirect_chain[-1][0] == path(world, pending)
    assert 'id="rewriting"' in answer.content.decode()


def test_a_viewer_sees_but_does_not_decide(world: World, client: Client) -> None:
    pending = waiting(world)
    client.force_login(world.viewer)
    assert client.get(path(world, pending)).status_code == 200
    assert client.post(path(world, pending, "approval/")).status_code == 403


def test_the_list_is_narrowed_to_a_brand_and_stays_so_from_tab_to_tab(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**{**brand_fields("Kiln"), "name": "Kiln & Crumb"})
        make.pending_post(other, world.account, content="Bread is warm.")
    waiting(world, content="Masts are back.")
    address = f"{world.path}/approvals/"
    body = page.get(address).content.decode()
    assert "Masts are back." in body and "Bread is warm." in body and "Every brand" in body
    with django_assert_max_num_queries(12):
        body = page.get(address, {"brand": str(other.pk)}).content.decode()
    assert "Masts are back." not in body and "Bread is warm." in body
    assert f"?state=approved&amp;brand={other.pk}" in body
    assert f"?mine=1&amp;brand={other.pk}" in body
    several = page.get(f"{address}several/", {"brand": str(other.pk)}).content.decode()
    assert "Masts are back." not in several and "Bread is warm." in several


@pytest.mark.parametrize(
    ("asked", "words"),
    [("client", "Waits for the client"), ("owner", "Waits for others"), ("", "Waits for you")],
)
def test_a_post_says_for_whom_it_waits(world: World, page: Client, asked: str, words: str) -> None:
    step = {
        "client": client_step(),
        "owner": make_reviews.step("Legal", world.owner),
        "": Step("Approval"),
    }[asked]
    pending = waiting(world, steps=[step.as_json()])
    body = page.get(path(world, pending)).content.decode()
    head = body.split('id="desk"')[1].split('class="post"')[0]
    assert words in head and head.count("Waits for") == 1
