from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from config.kernel.scoping import org_atomic
from content.learning.texts import composed
from content.models import Candidate, Feedback, LearnedPattern, RevisionEvent
from content.services.feedback import lessons_for, note_feedback, switch_pattern
from organizations.models import AuditRecord
from publishing.services.pending_posts import approve_post, edit_post, reject_post
from publishing.services.writing import start_regeneration
from tests import make
from tests.world import World

pytestmark = [pytest.mark.django_db]


def written(world: World, text: str = "A cheap mast holds! 🎉", **fields: Any) -> Candidate:
    request = make.generation(world.brand, make.material(world.brand))
    return make.candidate(request, text=text, **fields)


def pattern(key: str) -> LearnedPattern:
    return LearnedPattern.objects.get(key=key)


def without_emoji(world: World, times: int) -> None:
    for _ in range(times):
        note_feedback(
            candidate=written(world), kind="edit", by=world.editor, changed="A cheap mast holds!"
        )


def test_an_edit_begins_a_pattern_and_the_next_ones_confirm_it(world: World) -> None:
    with org_atomic(world.id):
        without_emoji(world, 1)
        begun = pattern("no_emoji")
        assert (begun.confidence, begun.success_rate, begun.usage_count) == (0.6, 0.8, 1)
        without_emoji(world, 2)
        row = pattern("no_emoji")
        assert row.confidence == pytest.approx(0.8)
        assert row.success_rate == pytest.approx(2.8 / 3)
        assert (row.data["made"], row.data["for"], len(row.data["recent"])) == (3, 3, 3)
        assert lessons_for(world.brand.pk, "copywriter") == [row.lesson]


def test_one_edit_is_chance_and_is_not_told(world: World) -> None:
    with org_atomic(world.id):
        without_emoji(world, 1)
        for _ in range(3):
            note_feedback(candidate=written(world, "Masts."), kind="approve", by=world.editor)
        assert not [line for line in lessons_for(world.brand.pk, "copywriter") if "emoji" in line]


def test_an_edit_against_a_pattern_takes_from_it(world: World) -> None:
    with org_atomic(world.id):
        without_emoji(world, 2)
        note_feedback(
            candidate=written(world, "A mast."), kind="edit", by=world.editor, changed="A mast. ⛵"
        )
        row = pattern("no_emoji")
        assert row.confidence == pytest.approx(0.65) and row.data["against"] == 1
        assert pattern("emoji").confidence == pytest.approx(0.6)


def test_a_judged_text_speaks_of_the_patterns_that_it_keeps_to(world: World) -> None:
    with org_atomic(world.id):
        without_emoji(world, 2)
        note_feedback(candidate=written(world, "Masts."), kind="reject", by=world.editor)
        assert pattern("no_emoji").confidence == pytest.approx(0.5)
        note_feedback(candidate=written(world, "Masts 🎉"), kind="reject", by=world.editor)
        assert pattern("no_emoji").confidence == pytest.approx(0.5)


def test_an_angle_is_welcome_or_to_be_avoided(world: World) -> None:
    with org_atomic(world.id):
        for _ in range(3):
            note_feedback(candidate=written(world), kind="approve", by=world.editor)
        for _ in range(3):
            turned_down = written(world, angle="promotional")
            note_feedback(candidate=turned_down, kind="reject", by=world.editor)
        told = lessons_for(world.brand.pk, "copywriter")
    assert [line.partition(":")[0] for line in told] == [
        "The angle user benefit is welcome",
        "Avoid the angle promotional",
    ]


def test_the_second_approval_of_a_text_is_no_news(world: World) -> None:
    with org_atomic(world.id):
        candidate = written(world)
        assert note_feedback(candidate=candidate, kind="approve", by=world.editor)
        assert note_feedback(candidate=candidate, kind="approve", by=world.editor) is None
        assert pattern("angle:user_benefit").usage_count == 1


def test_a_pattern_that_is_switched_off_is_not_told_and_goes_on_counting(world: World) -> None:
    with org_atomic(world.id):
        without_emoji(world, 3)
        row = switch_pattern(pattern=pattern("no_emoji"), is_active=False, by=world.editor)
        assert row.switched_by == world.editor and row.switched_at
        assert lessons_for(world.brand.pk, "copywriter") == []
        without_emoji(world, 1)
        assert pattern("no_emoji").usage_count == 4
        assert lessons_for(world.brand.pk, "copywriter") == []
        switch_pattern(pattern=row, is_active=True, by=world.editor)
        assert len(lessons_for(world.brand.pk, "copywriter")) == 1
        acts = AuditRecord.objects.filter(action__startswith="pattern.switched")
        assert list(acts.order_by("id").values_list("action", flat=True)) == [
            "pattern.switched_off",
            "pattern.switched_on",
        ]


def test_what_one_brand_taught_is_not_told_of_another(world: World) -> None:
    with org_atomic(world.id):
        without_emoji(world, 3)
        assert lessons_for(world.foreign_brand.pk, "copywriter") == []


def test_every_act_on_a_post_is_noted(world: World) -> None:
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account)
        post = edit_post(
            post=post, content="Masts in a fortnight.", hashtags=["masts"], link="", by=world.editor
        )
        start_regeneration(post=post, instruction="Shorter, please.", by=world.editor)
        approve_post(post=post, by=world.editor)
        reject_post(post=post, reason="Not now.", by=world.owner)
        noted = {row.kind: row for row in Feedback.objects.all()}
        assert set(noted) == set(Feedback.Kind.values)
        assert noted["edit"].original == composed(post.candidate.text, post.candidate.hashtags)
        assert noted["edit"].changed == "Masts in a fortnight.\n\n#masts"
        assert noted["regenerate"].note == "Shorter, please."
        assert noted["reject"].by == world.owner
        revised = RevisionEvent.objects.order_by("created_at").values_list("kind", flat=True)
        assert list(revised) == ["edited", "regenerated", "approved", "rejected"]


def test_a_second_edit_is_compared_with_the_first(world: World) -> None:
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account, content="Masts hold. 🎉")
        for text in ("Masts hold.", "Masts always hold."):
            post = edit_post(post=post, content=text, hashtags=[], link="", by=world.editor)
        assert pattern("no_emoji").usage_count == 1


def test_what_cannot_be_learned_undoes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError

    from content.services import feedback

    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(feedback, "_learn", broken)
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account)
        assert approve_post(post=post, by=world.editor).status == "approved"
        assert not Feedback.objects.exists()


def test_a_mark_given_with_an_edit_weighs_as_the_specification_says(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account)
        make.pattern(world.brand, confidence=0.5)
    client.force_login(world.editor)
    address = f"{world.path}/approvals/{post.pk}/edit/"
    answer = client.post(address, {"content": "Masts in a fortnight.", "score": "5"})
    assert answer.status_code == 302
    with org_atomic(world.id):
        assert Feedback.objects.get().score == 5
        assert pattern("no_emoji").confidence == pytest.approx(0.6)
    answer = client.post(address, {"content": "Masts in ten days.", "score": "6"})
    assert answer.status_code == 422
