"""From rows to what agents and guards are given: plain values, read once, nothing lazy left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from brands.models import BrandProfile
from brands.models.brand_profile import default_guard_rules
from config.kernel.clock import now
from config.kernel.language.addresses import addresses_in
from config.kernel.scoping import org_atomic
from content.agents import BrandBrief, MaterialBrief, PlatformRules
from content.agents.briefs import PassageBrief
from content.guards import CandidateText, GuardBrief, Source, TextCount
from content.guards.base import Count
from content.guards.links import same_page
from content.models import ContentEmbedding, Material

from .similarity import SAID

if TYPE_CHECKING:
    from brands.services.voices import VoiceProfile

__all__ = [
    "BrandBrief",
    "MaterialBrief",
    "PlatformRules",
    "brand_brief",
    "counted_by",
    "guard_brief",
    "material_brief",
]

RECENT_POSTS = 15  # specification 1c: 10 to 20
RECENT = timedelta(days=30)
EXAMPLE_POSTS = 3


def brand_brief(brand: BrandProfile, *, platform: str = "") -> BrandBrief:
    """The brand's profile, with what it says differently for one platform laid over it."""
    rules: Mapping[str, Any] = brand.language_rules or {}
    own: Mapping[str, Any] = (brand.platform_settings or {}).get(platform) or {}
    context = [brand.custom_context, own.get("custom_context_override", "")]
    return BrandBrief(
        name=brand.name,
        language=brand.language or "en",
        website=brand.website_url,
        business_type=brand.business_type,
        location=brand.location,
        target_audience=brand.target_audience,
        tone=tuple(own.get("tone_override") or brand.tone),
        personality=brand.personality,
        custom_context="\n\n".join(part.strip() for part in context if part and part.strip()),
        unique_selling_points=tuple(brand.unique_selling_points),
        words_to_use=_words(rules.get("words_to_use")),
        words_to_avoid=_words(rules.get("words_to_avoid")),
        required_words=_words(rules.get("required_words")),
        synonyms=dict(rules.get("synonyms") or {}),
        emoji_usage=rules.get("emoji_usage") or "minimal",
        hashtag_style=rules.get("hashtag_style") or "moderate",
        cta_style=rules.get("cta_style") or "soft",
        default_hashtags=tuple(_bare(tag) for tag in own.get("hashtags_default") or ()),
        example_posts=tuple(_examples(brand.example_posts or [], platform)),
        pillars=tuple(pillar["name"] for pillar in brand.content_pillars or [] if "name" in pillar),
        recent_posts=tuple(_recent_posts(brand)) if platform else (),
    )


def material_brief(material: Material) -> MaterialBrief:
    return MaterialBrief(
        text=material.extracted_text or material.original_content or material.alt_text,
        title=material.name,
        source_url=material.url,
        language=material.language,
    )


def guard_brief(
    *,
    brand: BrandProfile,
    material: Material,
    rules: PlatformRules,
    instruction: str = "",
    passages: Sequence[PassageBrief] = (),
    voice: VoiceProfile | None = None,
    voice_minimum: float = 0.80,
    requires_guards: bool = True,
) -> GuardBrief:
    """What a candidate is held against: the platform's limits, the brand's rules, the sources."""
    words: Mapping[str, Any] = brand.language_rules or {}
    held: Mapping[str, Any] = {**default_guard_rules(), **(brand.guard_rules or {})}
    sources = _sources(brand, material, instruction, passages)
    links = [material.url, *_own_links(material), *addresses_in(material.extracted_text)]
    return GuardBrief(
        count=counted_by(rules),
        hashtags_max=rules.hashtags_max,
        words_to_avoid=_words(words.get("words_to_avoid")),
        required_words=_words(words.get("required_words")),
        links=tuple(dict.fromkeys(link for link in links if link)),
        allowed_links=tuple(brand.allowed_links),
        website=brand.website_url,
        languages=tuple(code for code in (brand.language, material.language) if code),
        known_text="\n".join(source.text for source in sources),
        sources=sources,
        voice=voice,
        voice_minimum=voice_minimum,
        allowed_mentions=_words(held["allowed_mentions"]),
        allowed_prices=_words(held["allowed_prices"]),
        allowed_claims=_words(held["claims"]),
        crisis_words=_words(held["crisis_words"]),
        disclosure=held["disclosure"].strip(),
        needs_disclosure=held["disclosure_when"] in ("always", "ai") and bool(held["disclosure"]),
        reading_level=held["reading_level"],
        requires_guards=requires_guards,
    )


def _sources(
    brand: BrandProfile, material: Material, instruction: str, passages: Sequence[PassageBrief]
) -> tuple[Source, ...]:
    """Everything that a claim may come from; the material first, since it is what is written of.

    The material's text stands alone, so that offsets in it are offsets in the stored text.
    """
    own = (brand.name, brand.custom_context, *brand.unique_selling_points)
    found = [
        Source("material", str(material.pk), material.name, material_brief(material).text),
        Source("title", str(material.pk), "Its title", material.name),
    ]
    if material.alt_text:
        found.append(Source("alt_text", str(material.pk), "Its description", material.alt_text))
    found += [Source("passage", each.id, each.label, each.text) for each in passages]
    found.append(Source("brand", str(brand.pk), brand.name, "\n".join(filter(None, own))))
    found.append(Source("wording", str(brand.pk), brand.name, _wording(brand)))
    if instruction:
        found.append(Source("instruction", "", "What was asked for", instruction))
    return tuple(found)


def _wording(brand: BrandProfile) -> str:
    """Words that may stand in any text of the brand, and say nothing that had to be traced."""
    rules: Mapping[str, Any] = brand.language_rules or {}
    lists = ("words_to_use", "required_words")
    words = [word for name in lists for word in _words(rules.get(name))]
    return "\n".join([*words, *dict(rules.get("synonyms") or {}).values()])


def _own_links(material: Material) -> list[str]:
    """Addresses that a page links to on its own site; where else it leads is its owner's choice.

    What stands in its text for people to read is another thing, and so is what people typed in.
    """
    site = same_page(material.url)[0]
    return [link for link in material.links if not site or same_page(link)[0] == site]


def counted_by(rules: PlatformRules) -> Count:
    """How the platform counts a candidate: text, hashtags and link as they are published."""

    def count(candidate: CandidateText) -> TextCount:
        final = _composed(candidate)
        return TextCount(
            characters=rules.count(final),
            max_characters=rules.max_characters,
            size_bytes=len(final.encode("utf-8", "replace")),
            max_bytes=rules.max_bytes,
        )

    return count


def _composed(candidate: CandidateText) -> str:
    """Text, hashtags on a line, link, with blank lines between."""
    tags = " ".join(f"#{tag}" for tag in candidate.hashtags)
    return "\n\n".join(part for part in (candidate.text, tags, candidate.link) if part)


def _recent_posts(brand: BrandProfile) -> list[str]:
    """Beginnings of the brand's newest texts, so that a writer does not repeat them."""
    with org_atomic():
        rows = ContentEmbedding.objects.filter(
            created_at__gte=now() - RECENT, brand_id=brand.pk, content_type__in=list(SAID)
        ).order_by("-created_at")
        return list(dict.fromkeys(rows.values_list("excerpt", flat=True)[:RECENT_POSTS]))


def _examples(posts: Sequence[Any], platform: str) -> Iterable[str]:
    """At most three, those of the platform first."""
    texts = [
        (post.get("platform") == platform, post.get("content", ""))
        for post in posts
        if isinstance(post, Mapping)
    ]
    ordered = sorted(texts, key=lambda text: not text[0])
    return [text for _, text in ordered if text][:EXAMPLE_POSTS]


def _words(values: Any) -> tuple[str, ...]:
    return tuple(word.strip() for word in values or () if word and word.strip())


def _bare(tag: str) -> str:
    return tag.strip().lstrip("#＃")
