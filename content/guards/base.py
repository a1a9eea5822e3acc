"""What a guard is given and what it answers. Guards are pure: no tables, no network, no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from config.kernel.language.spans import Span

if TYPE_CHECKING:
    from brands.services.voices import VoiceProfile


class Severity(StrEnum):
    """What a failed guard means: nobody may publish it, only a person may, or somebody may look."""

    BLOCK = "block"
    REVIEW = "review"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class CandidateText:
    """What was written: the text, hashtags without their #, and the link of its own, if any."""

    text: str
    hashtags: tuple[str, ...] = ()
    link: str = ""

    def with_text(self, text: str) -> CandidateText:
        return replace(self, text=text)


@dataclass(frozen=True, slots=True)
class TextCount:
    """Size of the final text as the platform counts it; `max_bytes` None where bytes are free."""

    characters: int
    max_characters: int
    size_bytes: int
    max_bytes: int | None = None

    @property
    def is_over(self) -> bool:
        too_many_bytes = self.max_bytes is not None and self.size_bytes > self.max_bytes
        return self.characters > self.max_characters or too_many_bytes


class Count(Protocol):
    """How a platform counts the final text; the caller brings its channel's own rules."""

    def __call__(self, candidate: CandidateText) -> TextCount: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A text that facts may come from: the material, a passage of the knowledge base, or the
    brand's own words. `id` is the row's; `label` names it to people."""

    kind: str
    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim of the candidate is written: offsets in its text and in the source's."""

    span: Span
    source_kind: str
    source_id: str
    source_label: str
    source_span: Span
    quote: str

    def as_json(self) -> dict[str, Any]:
        return {
            "span": list(self.span),
            "source_kind": self.source_kind,
            "source_id": self.source_id,
            "source_label": self.source_label,
            "source_span": list(self.source_span),
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class GuardBrief:
    """What a candidate is held against.

    `known_text` is what the writer was given (the material, the brand's own words); `links` are the
    material's addresses, `allowed_links` and `website` the brand's. `languages` are ISO 639-1
    codes, any of which will do; empty means that any language will. `sources` are what claims must
    be traced to. `voice` is the brand's confirmed voice, None where there is none yet, and
    `voice_minimum` a ratio. `allowed_claims` are kinds of claims (health, finance, legal,
    superlative) that the brand lets go out by themselves. `disclosure` must stand in the text when
    `needs_disclosure`. `reading_level` is easy, normal or any. Where `requires_guards` is False,
    what would block asks a person instead.
    """

    count: Count
    hashtags_max: int | None = None
    words_to_avoid: tuple[str, ...] = ()
    required_words: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    allowed_links: tuple[str, ...] = ()
    website: str = ""
    languages: tuple[str, ...] = ()
    known_text: str = ""
    sources: tuple[Source, ...] = ()
    voice: VoiceProfile | None = None
    voice_minimum: float = 0.80
    allowed_mentions: tuple[str, ...] = ()
    allowed_prices: tuple[str, ...] = ()
    allowed_claims: tuple[str, ...] = ()
    crisis_words: tuple[str, ...] = ()
    disclosure: str = ""
    needs_disclosure: bool = False
    reading_level: str = "any"
    requires_guards: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a sentence for people and for the writer's repair turn; empty when it passed.

    `fix` is the candidate with the fault taken out, where that can be done without a writer.
    `is_mendable` is False where writing it anew would not help, since the fault lies in the matter
    itself: nobody is paid for trying.
    """

    ok: bool
    severity: Severity = Severity.BLOCK
    spans: tuple[Span, ...] = ()
    reason: str = ""
    fix: CandidateText | None = None
    citations: tuple[Citation, ...] = ()
    is_mendable: bool = True

    @property
    def asks(self) -> bool:
        """Whether it may go out only when a person says so."""
        return not self.ok and self.severity is Severity.REVIEW

    @property
    def blocks(self) -> bool:
        return not self.ok and self.severity is Severity.BLOCK


PASSED = Verdict(ok=True)


@dataclass(frozen=True, slots=True)
class Guard:
    """One check under its name. Raise `version` whenever the same text may get another verdict."""

    slug: str
    label: str
    version: str
    check: Callable[[CandidateText, GuardBrief], Verdict]


def quoted(words: Sequence[str], most: int = 3) -> str:
    """“a”, “b” and “c” for a sentence; further ones are only counted."""
    shown = [f"“{word}”" for word in words[:most]]
    if len(words) > most:
        shown.append(f"{len(words) - most} more")
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
