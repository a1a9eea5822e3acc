"""The offline analyst and writer on a sample that an operator typed, in the agents' own inputs."""

from __future__ import annotations

from typing import cast

from content.agents.analyst import AnalystInput, analyse_offline
from content.agents.briefs import (
    ANGLES,
    Analysis,
    AngleName,
    BrandBrief,
    Draft,
    MaterialBrief,
    PlatformRules,
)
from content.agents.copywriter import CopywriterInput, write_offline


def analyse_sample(asked: AnalystInput) -> Analysis:
    material = MaterialBrief(text=asked.material, title=asked.title)
    brand = BrandBrief(
        name=asked.brand, target_audience=asked.audience, pillars=tuple(asked.pillars)
    )
    return analyse_offline(material, brand).analysis


def write_sample(asked: CopywriterInput) -> Draft:
    material = MaterialBrief(text=asked.material)
    brand = BrandBrief(name=asked.brand.splitlines()[0] if asked.brand else "")
    name = asked.angle.partition(":")[0]
    angle = cast("AngleName", name if name in ANGLES else ANGLES[0])
    sizes = [int(word) for line in asked.platform for word in line.split() if word.isdecimal()]
    rules = PlatformRules(slug="", label="Sample", max_characters=sizes[0] if sizes else 500)
    analysis = analyse_offline(material, brand).analysis
    return write_offline(brand, material, analysis, angle, rules, shown=tuple(asked.shown)).draft
