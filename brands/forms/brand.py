"""One form for each side of a brand. Each says how it is read from a row and written to it."""

from __future__ import annotations

from .base import SectionForm
from .guards import GuardsForm
from .identity import IdentityForm
from .look import LookForm
from .notices import NoticesForm
from .platforms import PlatformsForm
from .rules import RulesForm
from .tone import ToneForm
from .trends import TrendsForm

__all__ = ["SECTIONS", "IdentityForm", "SectionForm"]

SECTIONS: dict[str, type[SectionForm]] = {
    form.slug: form
    for form in (
        IdentityForm,
        LookForm,
        ToneForm,
        RulesForm,
        GuardsForm,
        PlatformsForm,
        TrendsForm,
        NoticesForm,
    )
}
