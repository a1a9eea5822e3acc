"""Agents: one file each, with a path by a model and one without.

analysed = analyse(material, brand, organization_id=org, step_key=f"analysis:{material_id}")
written = write(brand, material, analysed.analysis, angle, rules, ...)
"""

from content.agents.analyst import Analysed, analyse, analyse_offline
from content.agents.briefs import (
    ANGLES,
    OFFLINE,
    OFFLINE_LABEL,
    Analysis,
    AngleName,
    BrandBrief,
    Draft,
    MaterialBrief,
    PlatformRules,
)
from content.agents.copywriter import Written, write, write_offline

__all__ = [
    "ANGLES",
    "OFFLINE",
    "OFFLINE_LABEL",
    "Analysed",
    "Analysis",
    "AngleName",
    "BrandBrief",
    "Draft",
    "MaterialBrief",
    "PlatformRules",
    "Written",
    "analyse",
    "analyse_offline",
    "write",
    "write_offline",
]
