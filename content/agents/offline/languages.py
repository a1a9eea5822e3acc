"""The language that a post is written in when nobody says."""

from __future__ import annotations

from config.kernel.language.detection import languages_of
from content.agents.briefs import BrandBrief, MaterialBrief


def language_of(material: MaterialBrief, brand: BrandBrief) -> str:
    """What the text itself shows, then what its source declares, then the brand's language."""
    seen = languages_of(material.text)
    if len(seen) == 1:
        return next(iter(seen))
    declared = material.language or brand.language or "en"
    return declared.replace("_", "-").split("-")[0].casefold()
