from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction

from organizations.models import Consent, ConsentKind, User


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The words that a person agrees to. Whoever changes them gives them a new version, and an
    answer to the former ones counts no longer."""

    version: str
    says: str


TEXTS: Mapping[ConsentKind, ConsentText] = MappingProxyType(
    {
        ConsentKind.MARKETING: ConsentText(
            "2026-11",
            "Warren may write to me about new features and offers, at most once a month.",
        ),
        ConsentKind.ANALYTICS: ConsentText(
            "2026-11",
            "Warren may count which pages I use, under a random number, to improve them.",
        ),
        ConsentKind.THIRD_PARTY: ConsentText(
            "2026-11",
            "Warren may pass my name and address to the support partner of this installation.",
        ),
        ConsentKind.DATA_PROCESSING: ConsentText(
            "2026-11",
            "Warren may have what I write read by the language model that my team chose.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person said to one question last, and whether it holds for today's words."""

    kind: ConsentKind
    text: ConsentText
    row: Consent | None

    @property
    def is_granted(self) -> bool:
        row = self.row
        return row is not None and row.is_granted and row.text_version == self.text.version


def answer_consent(*, user: User, kind: str, is_granted: bool) -> Consent:
    """Write down that a person agreed or took it back, with the version of the words they saw.

    Nothing is ever agreed by silence, and rows are never changed: the last one counts. Saying the
    same again writes nothing.
    """
    asked = ConsentKind(kind)
    with transaction.atomic():
        # Two clicks at once would else both find the old answer.
        User.objects.select_for_update().get(pk=user.pk)
        standing = standings(user)[asked]
        if standing.row is not None and standing.is_granted == is_granted:
            return standing.row
        return Consent.objects.create(
            user=user, kind=asked, is_granted=is_granted, text_version=standing.text.version
        )


def standings(user: User) -> dict[ConsentKind, Standing]:
    """The last answer of a person to each question."""
    last = {
        row.kind: row
        for row in Consent.objects.filter(user=user)
        .order_by("kind", "-created_at", "-pk")
        .distinct("kind")
    }
    return {kind: Standing(kind, text, last.get(kind)) for kind, text in TEXTS.items()}


def has_consent(user: User, kind: str) -> bool:
    """Whether a person agreed to today's words of one question. Ask before every such use."""
    return standings(user)[ConsentKind(kind)].is_granted
