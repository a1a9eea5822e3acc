"""The forty brand and material pairs that every writer is measured by.

They lie beside this file as TOML: shops, services, craft and public bodies; English, German,
French and Spanish; long, thin, list-like and full of prices, each with a trap that is named. They
are made up: no such brand exists.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brands.models import BrandProfile
from brands.voice.profile import VoiceProfile
from brands.voice.reading import KnownBrand, read_voice
from content.models import Material

FOLDER = Path(__file__).parent / "cases"
_RULES = (
    *("words_to_avoid", "required_words", "emoji_usage", "hashtag_style", "cta_style", "synonyms"),
)


@dataclass(frozen=True)
class Case:
    """One pair. Neither row is saved. `history` are posts that were said before; `forbidden` words
    may stand in no text, whatever the material says; `trap` says what makes it hard."""

    slug: str
    industry: str
    language: str
    platform: str
    trap: str
    brand: BrandProfile
    material: Material
    voice: VoiceProfile | None = None
    history: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


def load_cases(only: Sequence[str] = ()) -> list[Case]:
    """All pairs in the order of their files, or those with these slugs."""
    found = [_case(row) for path in sorted(FOLDER.glob("*.toml")) for row in _rows(path)]
    return [case for case in found if not only or case.slug in only]


def _rows(path: Path) -> list[Mapping[str, Any]]:
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["case"])


def _case(row: Mapping[str, Any]) -> Case:
    language = row.get("language", "en")
    brand = _brand(row["brand"], language, row["platform"])
    return Case(
        slug=row["slug"],
        industry=row["industry"],
        language=language,
        platform=row["platform"],
        trap=row["trap"],
        brand=brand,
        material=_material(row["material"], language),
        voice=_voice(row.get("voice_texts", ()), brand.name, language),
        history=tuple(row.get("history", ())),
        forbidden=tuple(row.get("forbidden", ())),
    )


def _brand(row: Mapping[str, Any], language: str, platform: str) -> BrandProfile:
    own = {"hashtags_default": row.get("default_hashtags", [])}
    return BrandProfile(
        name=row["name"],
        language=language,
        website_url=row.get("website", ""),
        tone=row.get("tone", []),
        unique_selling_points=row.get("unique_selling_points", []),
        custom_context=row.get("custom_context", ""),
        language_rules={name: row[name] for name in _RULES if name in row},
        platform_settings={platform: own},
    )


def _material(row: Mapping[str, Any], language: str) -> Material:
    text = row["text"].strip()
    return Material(
        kind=Material.Kind.TEXT,
        name=row["title"],
        url=row.get("url", ""),
        original_content=text,
        extracted_text=text,
        language=language,
    )


def _voice(texts: Sequence[str], name: str, language: str) -> VoiceProfile | None:
    return read_voice(texts, KnownBrand(name=name, language=language)) if texts else None
