"""One typed builder a noun, for the organization in scope."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from brands.knowledge.fulltext import words_of_passage
from brands.models import (
    BrandProfile,
    BrandVoice,
    KnowledgeBucket,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeEntry,
    KnowledgeSource,
    SavedVoice,
    SourceStatus,
    StrategyPaper,
    StrategyVersion,
    VoiceAnalysis,
)
from brands.strategy.layout import tidied
from brands.voice.measuring import measure
from brands.voice.profile import ToneAttribute, VoiceProfile
from config.kernel.clock import now
from content.models import (
    Angle,
    Candidate,
    ContentTemplate,
    FeedItem,
    Generation,
    GenerationStatus,
    HashtagSet,
    LearnedPattern,
    Material,
    MaterialFeed,
    MaterialStatus,
    PostConfiguration,
    SkillVersion,
)
from content.services.skill_rows import create_skill
from content.skills.structure import Structure
from publishing.models import (
    Approval,
    Delivery,
    PendingPost,
    PendingStatus,
    Post,
    SocialAccount,
)

TEXT = (
    "Our workshop now rebuilds wooden masts in twelve days. Every mast is planed by hand from "
    "Douglas fir and gets seven coats of varnish. Last spring 34 boats went back to sea with one. "
    "Bring your old mast and we measure it while you wait. Read more at "
    "https://harbour.example/masts."
)


def material(brand: BrandProfile | None = None, **fields: Any) -> Material:
    text = fields.pop("text", TEXT)
    return Material.objects.create(
        **{
            "brand": brand,
            "kind": Material.Kind.TEXT,
            "name": "Wooden masts in twelve days",
            "original_content": text,
            "extracted_text": text,
            "content_hash": hashlib.sha256(text.encode()).hexdigest(),
            "status": MaterialStatus.READY,
            "summary": "The workshop rebuilds wooden masts in twelve days.",
            "key_points": [
                "Masts in twelve days",
                "Seven coats of varnish",
                "34 boats last spring",
            ],
            "keywords": ["masts", "varnish", "workshop"],
            "suggested_angles": [Angle.USER_BENEFIT, Angle.EDUCATIONAL, Angle.PRODUCT_FOCUS],
            "sentiment": "informative",
            "content_pillar": "Craft",
            "language": "en",
            "links": ["https://harbour.example/masts"],
            "analyzed_by": "offline",
            **fields,
        }
    )


def feed(brand: BrandProfile, **fields: Any) -> MaterialFeed:
    return MaterialFeed.objects.create(
        **{
            "brand": brand,
            "url": "https://news.example/feed",
            "title": "Boat builders’ news",
            "due_at": now(),
            **fields,
        }
    )


def trend(brand: BrandProfile, source: MaterialFeed | None = None, **fields: Any) -> FeedItem:
    source = source or feed(brand, use=MaterialFeed.Use.TRENDS)
    title = fields.pop("title", "Wooden masts are wanted again")
    return FeedItem.objects.create(
        **{
            "feed": source,
            "key": hashlib.sha256(title.encode()).hexdigest(),
            "title": title,
            "url": "https://news.example/masts",
            "summary": "More owners of classic boats have their masts made of wood.",
            "said_at": now(),
            "relevance": 82,
            "parts": {
                "industry": 30,
                "audience": 13,
                "brand_fit": 19,
                "timeliness": 20,
                "matches": {
                    "industry": ["boats", "wood"],
                    "audience": ["owners"],
                    "brand_fit": ["masts", "classic", "wooden"],
                },
            },
            **fields,
        }
    )


def generation(brand: BrandProfile, source: Material, **fields: Any) -> Generation:
    return Generation.objects.create(
        **{
            "brand": brand,
            "material": source,
            "platform": "feed",
            "status": GenerationStatus.DONE,
            "credits": 1,
            "started_at": now(),
            "finished_at": now(),
            **fields,
        }
    )


def candidate(request: Generation, **fields: Any) -> Candidate:
    text = fields.pop("text", "Wooden masts, rebuilt in twelve days and varnished seven times.")
    return Candidate.objects.create(
        **{
            "generation": request,
            "label": "A",
            "rank": 1,
            "text": text,
            "angle": Angle.USER_BENEFIT,
            "angle_reason": "User benefit: no posts yet, so it is worth a try.",
            "is_valid": True,
            "character_count": len(text),
            "model_used": "offline",
            "rerank_score": 0.8,
            **fields,
        }
    )


def pending_post(
    brand: BrandProfile, account: SocialAccount, *, source: Material | None = None, **fields: Any
) -> PendingPost:
    source = source or material(brand)
    chosen = fields.pop("candidate", None) or candidate(
        generation(brand, source, platform=account.platform)
    )
    return PendingPost.objects.create(
        **{
            "brand": brand,
            "account": account,
            "material": source,
            "generation": chosen.generation,
            "candidate": chosen,
            "platform": account.platform,
            "content": chosen.text,
            "hashtags": chosen.hashtags,
            "angle": chosen.angle,
            "angle_reason": chosen.angle_reason,
            "scheduled_for": now(),
            "expires_at": now() + timedelta(hours=24),
            "status": PendingStatus.PENDING,
            **fields,
        }
    )


def post(
    brand: BrandProfile,
    account: SocialAccount,
    *,
    published_at: datetime | None = None,
    **fields: Any,
) -> Post:
    return Post.objects.create(
        **{
            "brand": brand,
            "account": account,
            "platform": account.platform,
            "content": "Masts in twelve days.",
            "published_at": published_at or now(),
            "angle": Angle.USER_BENEFIT,
            "model_used": "offline",
            **fields,
        }
    )


def approval(pending: PendingPost, content_hash: str, **fields: Any) -> Approval:
    return Approval.objects.create(
        pending_post=pending, account_id=pending.account_id, content_hash=content_hash, **fields
    )


def delivery(pending: PendingPost, **fields: Any) -> Delivery:
    return Delivery.objects.create(
        **{
            "pending_post": pending,
            "account": pending.account,
            "platform": pending.platform,
            "occurrence": "1",
            "idempotency_key": hashlib.sha256(str(pending.pk).encode()).hexdigest(),
            "due_at": pending.scheduled_for,
            **fields,
        }
    )


def pattern(brand: BrandProfile, **fields: Any) -> LearnedPattern:
    return LearnedPattern.objects.create(
        **{
            "brand": brand,
            "agent": "copywriter",
            "key": "no_emoji",
            "lesson": "Use no emoji: people take them out.",
            "data": {"made": 3, "for": 3, "against": 0, "recent": []},
            "confidence": 0.8,
            "success_rate": 0.93,
            "usage_count": 3,
            **fields,
        }
    )


def strategy_paper(brand: BrandProfile, **fields: Any) -> StrategyPaper:
    """A paper that is worked out, with `result` as its first version."""
    kind, result = fields.pop("kind", "positioning"), fields.pop("result", {})
    paper = StrategyPaper.objects.create(
        **{
            "brand": brand,
            "kind": kind,
            "title": f"{kind.title()} of {brand.name}",
            "status": "ready",
            "current_number": 1,
            **fields,
        }
    )
    StrategyVersion.objects.create(
        paper=paper, number=1, result=tidied(kind, result), model_used="offline", note="Worked out"
    )
    return paper


VOICE_TEXTS = (
    "The mast of the Swallow came off on Tuesday. It was planed by noon, and by Friday it had its "
    "third coat. We like weeks like that, and so does her owner.",
    "A split in a mast is no reason to buy a new one. We cut it out, set in fir of the same age, "
    "and after a season nobody finds the place. Bring it by and we will look at it together.",
    "Varnish takes the time that it takes. Seven coats, a day between each, and no heater in the "
    "shed. That is why twelve days are twelve days.",
)
VOICE = VoiceProfile(
    brand_name="Harbour & Pine",
    summary="Plain, unhurried and proud of the work.",
    tone_attributes=(
        ToneAttribute("Plain", "Short sentences."),
        ToneAttribute("Calm", "No haste, no exclamation marks."),
        ToneAttribute("Proud", "Of the work, not of itself."),
    ),
    writing_direction="Tell what was done and how; let readers see the shed.",
    example_texts=VOICE_TEXTS,
    measures=measure(VOICE_TEXTS),
)


def brand_voice(brand: BrandProfile, **fields: Any) -> BrandVoice:
    """A confirmed voice, unless `status` says otherwise."""
    return BrandVoice.objects.create(
        **{
            "brand": brand,
            "status": BrandVoice.Status.CONFIRMED,
            "source": BrandVoice.Source.ANALYSED,
            "voice": VOICE.as_json(),
            "confirmed_at": now(),
            **fields,
        }
    )


def voice_analysis(brand: BrandProfile, **fields: Any) -> VoiceAnalysis:
    return VoiceAnalysis.objects.create(
        **{
            "brand": brand,
            "url": "https://harbour.example/",
            "status": "done",
            "pages": [{"url": "https://harbour.example/", "title": "Harbour", "error": ""}],
            "result": VOICE.as_json(),
            "model_used": "offline",
            "finished_at": now(),
            **fields,
        }
    )


def saved_voice(**fields: Any) -> SavedVoice:
    return SavedVoice.objects.create(**{"name": "Saved", "voice": VOICE.as_json(), **fields})


def knowledge_bucket(brand: BrandProfile | None = None, **fields: Any) -> KnowledgeBucket:
    return KnowledgeBucket.objects.create(
        **{"brand": brand, "name": "Workshop and prices", **fields}
    )


def knowledge_source(bucket: KnowledgeBucket, **fields: Any) -> KnowledgeSource:
    return KnowledgeSource.objects.create(
        **{
            "bucket": bucket,
            "kind": KnowledgeSource.Kind.MANUAL,
            "title": "What we tell new colleagues",
            "text": TEXT,
            "status": SourceStatus.READY,
            **fields,
        }
    )


def knowledge_document(source: KnowledgeSource, **fields: Any) -> KnowledgeDocument:
    """A document that is one passage, found by its words."""
    text = fields.pop("content", TEXT)
    document = KnowledgeDocument.objects.create(
        **{
            "source": source,
            "title": "Wooden masts",
            "content": text,
            "content_hash": hashlib.sha256(text.encode()).hexdigest(),
            "category": "products",
            "language": "en",
            "read_at": now(),
            **fields,
        }
    )
    KnowledgeChunk.objects.create(
        bucket_id=source.bucket_id,
        document=document,
        content=text,
        content_hash=document.content_hash,
        end=len(text),
        words=words_of_passage("", text, "en"),
    )
    return document


def knowledge_entry(bucket: KnowledgeBucket, **fields: Any) -> KnowledgeEntry:
    return KnowledgeEntry.objects.create(
        **{
            "bucket": bucket,
            "question": "How long does a mast take?",
            "answer": "A mast takes twelve days.",
            "status": KnowledgeEntry.Status.SUGGESTED,
            **fields,
        }
    )


def template(brand: BrandProfile | None = None, **fields: Any) -> ContentTemplate:
    values = {"brand": brand, "name": "Fair day", "body": "{{ who }} at the fair: {{ what }}"}
    return ContentTemplate.objects.create(**{**values, **fields})


def hashtag_set(brand: BrandProfile | None = None, **fields: Any) -> HashtagSet:
    return HashtagSet.objects.create(
        **{"brand": brand, "name": "Wood", "tags": ["mast", "wood"], **fields}
    )


def configuration(brand: BrandProfile | None = None, **fields: Any) -> PostConfiguration:
    return PostConfiguration.objects.create(**{"brand": brand, "name": "Careful", **fields})


def skill_version(brand: BrandProfile | None = None, **parts: str) -> SkillVersion:
    """A skill in testing, by its active version."""
    return create_skill(structure=Structure(**parts), brand_id=brand.pk if brand else None)
