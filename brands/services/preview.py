"""What a change of a brand's profile would do to a post, before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brands.models import BrandProfile
from brands.platforms import Platform, platforms
from config.kernel.errors import Invalid
from config.kernel.language.changes import Change, word_changes

from .upward import sample_writer
from .voices import voice_of


@dataclass(frozen=True, slots=True)
class Preview:
    """The sample as it would read then, in pieces that say what comes and goes.

    `problem` says why there is none; the pieces are then the sample as it reads now.
    """

    platform: Platform | None
    pieces: tuple[Change, ...] = ()
    characters: int = 0
    problem: str = ""

    @property
    def is_changed(self) -> bool:
        return any(piece.kind != "same" for piece in self.pieces)

    @property
    def is_over(self) -> bool:
        return self.platform is not None and self.characters > self.platform.max_characters


def used_platforms(brand: BrandProfile) -> list[Platform]:
    """Networks that the brand is written for; all of them when it names none."""
    own = brand.platform_settings or {}
    used = [each for each in platforms.values() if own.get(each.slug, {}).get("enabled", True)]
    return used or platforms.values()


def preview_of(brand: BrandProfile, changes: Mapping[str, Any], slug: str) -> Preview:
    """The sample post of a brand with `changes` laid over its row, against how it reads now.

    Nothing is saved and nothing is paid: the offline writer writes. In its confirmed voice.
    """
    known = used_platforms(brand)
    platform = platforms.get(slug) or (known[0] if known else None)
    slug = platform.slug if platform else ""
    write, voice = sample_writer.require(), voice_of(brand)
    try:
        before = write(brand, {}, voice, slug)
    except Invalid as error:
        before, problem = "", error.message
    else:
        problem = ""
    try:
        after = write(brand, changes, voice, slug) if changes else before
    except Invalid as error:
        after, problem = before, error.message
    else:
        problem = "" if after else problem
    size = platform.count(after) if platform else len(after)
    return Preview(platform, tuple(word_changes(before, after)), size, problem)
