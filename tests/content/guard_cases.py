"""What a row of a guard's table is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from content.guards import CandidateText, GuardBrief, TextCount


def counted(characters: int = 300, size_bytes: int | None = None) -> Any:
    """A platform that counts code points of text, hashtags and link, and bytes if told."""

    def count(candidate: CandidateText) -> TextCount:
        tags = " ".join(f"#{tag}" for tag in candidate.hashtags)
        final = "\n\n".join(part for part in (candidate.text, tags, candidate.link) if part)
        return TextCount(len(final), characters, len(final.encode()), size_bytes)

    return count


@dataclass(frozen=True)
class Case:
    """One text under one brief, and where its fault lies when the guard can point at it."""

    text: str
    brief: dict[str, Any] = field(default_factory=dict)
    hashtags: tuple[str, ...] = ()
    link: str = ""
    points_at: tuple[str, ...] = ()

    @property
    def candidate(self) -> CandidateText:
        return CandidateText(self.text, self.hashtags, self.link)

    @property
    def guard_brief(self) -> GuardBrief:
        return GuardBrief(**{"count": counted(), **self.brief})


MASTS = "Our workshop rebuilds wooden masts in twelve days, planed by hand from Douglas fir."
