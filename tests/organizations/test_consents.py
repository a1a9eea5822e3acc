from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction

from organizations.models import Consent, ConsentKind
from organizations.services import consents
from organizations.services.consents import ConsentText, answer_consent, has_consent
from tests.world import World

pytestmark = pytest.mark.django_db
KIND = ConsentKind.MARKETING


def test_nothing_is_agreed_by_silence(world: World) -> None:
    assert [kind for kind in ConsentKind if has_consent(world.owner, kind)] == []


def test_what_was_agreed_can_be_taken_back_and_both_answers_stay(world: World) -> None:
    answer_consent(user=world.owner, kind=KIND, is_granted=True)
    assert has_consent(world.owner, KIND)
    answer_consent(user=world.owner, kind=KIND, is_granted=False)
    assert not has_consent(world.owner, KIND)
    rows = Consent.objects.filter(user=world.owner).order_by("created_at", "pk")
    assert [row.is_granted for row in rows] == [True, False]
    assert not has_consent(world.viewer, KIND)


def test_the_same_answer_again_writes_nothing(world: World) -> None:
    for _ in range(2):
        answer_consent(user=world.owner, kind=KIND, is_granted=True)
    assert Consent.objects.filter(user=world.owner).count() == 1


def test_new_words_ask_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_consent(user=world.owner, kind=KIND, is_granted=True)
    changed = {**consents.TEXTS, KIND: ConsentText("2027-01", "More than before.")}
    monkeypatch.setattr(consents, "TEXTS", changed)
    assert not has_consent(world.owner, KIND)
    answer_consent(user=world.owner, kind=KIND, is_granted=True)
    assert has_consent(world.owner, KIND)
    assert Consent.objects.latest("created_at").text_version == "2027-01"


def test_every_question_has_its_words() -> None:
    assert set(consents.TEXTS) == set(ConsentKind)


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_application_cannot_change_an_answer(world: World, verb: str) -> None:
    row = answer_consent(user=world.owner, kind=KIND, is_granted=True)
    same = Consent.objects.filter(pk=row.pk)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        same.update(is_granted=False) if verb == "update" else same.delete()
