"""What a paper is worked out from: plain values, so that it can be worked out anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CompetitorPage:
    """What a competitor says of itself. `error` says why nothing could be read."""

    name: str
    address: str = ""
    title: str = ""
    text: str = ""
    hosts: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """`asked` is what the person was asked for: a text or a list by name. `passages` are those of
    the knowledge base, with their titles."""

    brand: str
    language: str = "en"
    business_type: str = ""
    location: str = ""
    website: str = ""
    price_range: str = ""
    audience: str = ""
    selling_points: Sequence[str] = ()
    tone: Sequence[str] = ()
    personality: str = ""
    pillars: Sequence[str] = ()
    voice: str = ""
    voice_tone: Sequence[str] = ()
    passages: Sequence[tuple[str, str]] = ()
    pages: Sequence[CompetitorPage] = ()
    asked: Mapping[str, str | list[str]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.asked.get(name, "")
        return value.strip() if isinstance(value, str) else ", ".join(value)

    def lines(self, name: str) -> list[str]:
        value = self.asked.get(name, [])
        return [value] if isinstance(value, str) and value else list(value)

    def facts(self) -> Iterator[str]:
        """What the brand's profile says, a line each, for a model."""
        said = {
            "name": self.brand,
            "business": self.business_type,
            "place": self.location,
            "website": self.website,
            "prices": self.price_range,
            "speaks to": self.audience,
            "stands for": "; ".join(self.selling_points),
            "tone": ", ".join(self.tone),
            "personality": self.personality,
            "pillars": ", ".join(self.pillars),
        }
        return (f"{label}: {value}" for label, value in said.items() if value)
