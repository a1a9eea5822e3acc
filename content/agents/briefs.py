"""What agents are given and give back: plain values, so that callers map their rows to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OFFLINE = "offline"
OFFLINE_LABEL = "offline writer"

ANGLES = (
    "product_focus",
    "user_benefit",
    "storytelling",
    "educational",
    "social_proof",
    "promotional",
)
ContentType = Literal["article", "product", "announcement", "tutorial", "opinion", "news"]
Sentiment = Literal["positive", "neutral", "informative", "urgent", "inspirational"]
Amount = Literal["none", "minimal", "moderate", "heavy"]
CallToAction = Literal["none", "soft", "direct"]
AngleName = Literal[
    "product_focus",
    "user_benefit",
    "storytelling",
    "educational",
    "social_proof",
    "promotional",
]


@dataclass(frozen=True, kw_only=True)
class BrandBrief:
    """The brand's profile as a writer needs it.

    `synonyms` says what to write instead of a word to avoid, where the brand says so.
    `required_words` must stand in every post. `recent_posts` are not to be repeated. The voice's
    direction, vocabulary, rules and avoidances are those of the confirmed voice; `learned` are
    lessons from what people did with earlier texts, a sentence each. `strategy` is where the
    brand wants to stand. `call_to_action` ends every post, word for word.
    """

    name: str
    language: str = "en"
    website: str = ""
    business_type: str = ""
    location: str = ""
    target_audience: str = ""
    tone: Sequence[str] = ()
    personality: str = ""
    custom_context: str = ""
    unique_selling_points: Sequence[str] = ()
    words_to_use: Sequence[str] = ()
    words_to_avoid: Sequence[str] = ()
    required_words: Sequence[str] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    emoji_usage: Amount = "minimal"
    hashtag_style: Amount = "moderate"
    cta_style: CallToAction = "soft"
    call_to_action: str = ""
    default_hashtags: Sequence[str] = ()
    example_posts: Sequence[str] = ()
    pillars: Sequence[str] = ()
    recent_posts: Sequence[str] = ()
    voice_direction: str = ""
    vocabulary: Sequence[str] = ()
    writing_rules: Sequence[str] = ()
    avoidances: Sequence[str] = ()
    learned: Sequence[str] = ()
    strategy: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class PassageBrief:
    """A passage of the knowledge base; `id` is its chunk's, for citing it."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class MaterialBrief:
    """Raw matter: plain text as the readers give it. `source_url` is where it can be read.

    `passages` are what the brand's knowledge base says on it, best first; facts may come from
    them as from the material.
    """

    text: str
    title: str = ""
    source_url: str = ""
    language: str = ""
    passages: Sequence[PassageBrief] = ()


@dataclass(frozen=True, kw_only=True)
class PlatformRules:
    """What one platform takes; `count` counts a composed text as the platform does.

    `max_bytes` of UTF-8 and `hashtags_max` are None where the platform sets none.
    """

    slug: str
    label: str
    max_characters: int
    count: Callable[[str], int] = len
    max_bytes: int | None = None
    hashtags_max: int | None = None

    def fits(self, text: str) -> bool:
        too_many_bytes = self.max_bytes is not None and len(text.encode()) > self.max_bytes
        return self.count(text) <= self.max_characters and not too_many_bytes


class Analysis(BaseModel):
    """What was understood of a material. Lists are shorter where the material holds less."""

    model_config = ConfigDict(frozen=True)

    summary: str = Field(description="Two or three plain sentences.")
    key_points: list[str] = Field(description="3 to 7 sentences, each with one checkable fact.")
    keywords: list[str] = Field(description="5 to 15 words or short phrases, most telling first.")
    suggested_angles: list[AngleName] = Field(description="3 to 5, best supported first.")
    type: ContentType
    sentiment: Sentiment
    audience: str = Field(description="Whom it speaks to, in a few words.")
    pillar: str = Field(description="One of the brand's pillars, word for word, or empty.")
    language: str = Field(description="ISO 639-1 code of the material's language.")


class Draft(BaseModel):
    """One text for one platform. `text` holds neither the hashtags nor the link.

    `cited` are the sentences of the material that the text's facts come from.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    hashtags: list[str] = Field(default_factory=list, description="Without #.")
    angle: AngleName
    cited: list[str] = Field(default_factory=list)
    link: str = ""

    def composed(self) -> str:
        """As it is published: text, hashtags on a line, link, with blank lines between."""
        tags = " ".join(f"#{tag}" for tag in self.hashtags)
        return "\n\n".join(part for part in (self.text, tags, self.link) if part)
