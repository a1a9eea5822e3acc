"""What the analyst makes of an extracted text, in the columns of a material, and back."""

from __future__ import annotations

from typing import Any, cast, get_args

import structlog

from config.kernel.errors import PaymentRequired, TooMany, Unavailable
from config.kernel.llm.errors import ModelError
from config.kernel.readers import Extracted
from config.kernel.scoping import current_organization_id, org_atomic
from content.agents import (
    ANGLES,
    Analysis,
    AngleName,
    BrandBrief,
    MaterialBrief,
    analyse,
    analyse_offline,
)
from content.agents.briefs import ContentType, Sentiment
from content.models import Material

from .briefs import brand_brief
from .similarity import content_hash

log = structlog.get_logger(__name__)


def understand(material: Material, extracted: Extracted, *, is_last_try: bool) -> dict[str, Any]:
    """The columns that an analysis fills.

    By the organization's model, else by the offline analyst. A model that is away is worth another
    try; on the last one, and when the model cannot do it at all, the offline analyst does it, since
    a plainer analysis is worth more than none. `analyzed_by` says who it was. Call it with no
    transaction open. Raises Unavailable and TooMany, which a later try may mend.
    """
    brief = MaterialBrief(
        text=extracted.text,
        title=extracted.title or material.name,
        source_url=material.url,
        language=extracted.language or "",
    )
    brand = _brand(material)
    try:
        analysed = analyse(
            brief,
            brand,
            organization_id=current_organization_id(),
            step_key=f"analysis:{material.pk}:{content_hash(extracted.text)}",
        )
    except (ModelError, PaymentRequired) as error:
        if isinstance(error, (Unavailable, TooMany)) and not is_last_try:
            raise
        log.warning("analysed_offline", material=str(material.pk), code=error.code)
        analysed = analyse_offline(brief, brand)
    return _columns(analysed.analysis, by=analysed.model_used)


def analysis_of(material: Material) -> Analysis:
    """A material's analysis as the agents know it; what is missing gets its plainest value."""
    return Analysis(
        summary=material.summary,
        key_points=material.key_points,
        keywords=material.keywords,
        suggested_angles=[
            cast("AngleName", angle) for angle in material.suggested_angles if angle in ANGLES
        ],
        type=_one_of(ContentType, material.content_type, "article"),
        sentiment=_one_of(Sentiment, material.sentiment, "neutral"),
        audience=material.audience,
        pillar=material.content_pillar,
        language=material.language,
    )


def _columns(analysis: Analysis, *, by: str) -> dict[str, Any]:
    return {
        "summary": analysis.summary,
        "key_points": list(analysis.key_points),
        "keywords": [keyword[:80] for keyword in analysis.keywords],
        "suggested_angles": list(analysis.suggested_angles),
        "content_type": analysis.type,
        "sentiment": analysis.sentiment,
        "audience": analysis.audience[:200],
        "content_pillar": analysis.pillar[:80],
        "language": analysis.language[:10],
        "analyzed_by": by,
    }


def _brand(material: Material) -> BrandBrief:
    """The brand whose pillars and audience count; a material of all brands has none."""
    with org_atomic():
        return brand_brief(material.brand) if material.brand else BrandBrief(name="")


def _one_of(literal: Any, value: str, default: str) -> Any:
    return value if value in get_args(literal) else default
