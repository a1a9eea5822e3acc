"""Texts with gaps: kept under a name, filled with words, never run as programs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from brands.models import BrandProfile
from config.kernel.brands import over_all_brands
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import ContentTemplate, Material
from organizations.models import User
from organizations.services.audit import record

from .materials import add_text
from .named_rows import change_named, create_named, note_use, refuse_taken_name
from .starters import STARTERS

_GAP: Final = re.compile(r"\{\{[ \t]{0,9}([A-Za-z][A-Za-z0-9_]{0,39})[ \t]{0,9}\}\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with words in its gaps. `missing` names the gaps that nothing was known for; they
    still stand in the text, where the guard against placeholders holds them back."""

    subject: str
    body: str
    sections: tuple[tuple[str, str], ...] = ()
    hashtags: tuple[str, ...] = ()
    missing: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """Body and sections with blank lines between, as they are read from top to bottom."""
        parts = [self.body, *(part for section in self.sections for part in section)]
        return "\n\n".join(part for part in parts if part.strip())


def fill(template: ContentTemplate, values: Mapping[str, str]) -> Filled:
    """Put `values` into the gaps, else what the template itself says for them.

    Words that are put in are not looked at again, so a gap in them stays one. Pure.
    """
    known = {**_defaults(template), **{name: text for name, text in values.items() if text.strip()}}
    missing: dict[str, None] = {}

    def filled(text: str) -> str:
        return _GAP.sub(lambda gap: _word(gap, known, missing), text)

    return Filled(
        subject=filled(template.subject),
        body=filled(template.body),
        sections=tuple(
            (filled(section.get("title", "")), filled(section.get("body", "")))
            for section in template.sections
        ),
        hashtags=tuple(template.hashtags),
        missing=tuple(missing),
    )


def gaps_of(template: ContentTemplate) -> list[str]:
    """Names of the gaps, in the order in which they are read."""
    sections = [part for section in template.sections for part in section.values()]
    return gaps_in([template.subject, template.body, *sections])


def gaps_in(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(gap[1] for text in texts for gap in _GAP.finditer(text)))


def values_of(brand: BrandProfile | None) -> dict[str, str]:
    """What a brand's profile says for gaps of these names."""
    if brand is None:
        return {}
    return {
        "brand": brand.name,
        "website": brand.website_url,
        "link": brand.website_url,
        "location": brand.location,
        "audience": brand.target_audience,
    }


def ensure_starters() -> None:
    """Give the organization in scope its five starters, once: archived ones count as given."""
    with org_atomic(), over_all_brands("starters belong to the whole team"):
        if ContentTemplate.objects.exclude(starter="").exists():
            return
        taken = set(ContentTemplate.objects.filter(status="active").values_list("name", flat=True))
        rows = [ContentTemplate(**values) for values in STARTERS if values["name"] not in taken]
        # Two first visits at once: the names are unique, so each is there once.
        ContentTemplate.objects.bulk_create(rows, ignore_conflicts=True)


def create_template(*, values: Mapping[str, Any], by: User) -> ContentTemplate:
    """Raises Invalid, naming the field, for a taken name and for a template without words."""
    _refuse_empty(values)
    return create_named(ContentTemplate, values, action="template.created", by=by)


def edit_template(
    *, template: ContentTemplate, values: Mapping[str, Any], by: User
) -> ContentTemplate:
    _refuse_empty({**_words_of(template), **values})
    return change_named(template, values, action="template.changed", by=by)


def archive_template(*, template: ContentTemplate, by: User) -> None:
    """Take it out of the lists; `restore_template` undoes it."""
    _set_status(template, ContentTemplate.Status.ARCHIVED, "template.archived", by)


def restore_template(*, template: ContentTemplate, by: User) -> None:
    """Raises Invalid when its name is taken by now."""
    refuse_taken_name(ContentTemplate, template.name, template)
    _set_status(template, ContentTemplate.Status.ACTIVE, "template.restored", by)


def material_from(
    *, template: ContentTemplate, values: Mapping[str, str], brand: BrandProfile | None, by: User
) -> Material:
    """Fill a template and take the text in as a material, which is a use of it.

    Raises Invalid while gaps are left, naming them, since no agent may fill them by guessing.
    """
    filled = fill(template, values)
    if filled.missing:
        gaps = ", ".join(name.replace("_", " ") for name in filled.missing)
        raise Invalid(f"Still a gap: {gaps}. Fill it in, or take it out of the template.")
    with org_atomic():
        name = filled.subject or template.name
        material = add_text(name=name, text=filled.text, brand=brand, by=by)
        note_use(ContentTemplate, template.pk)
    return material


def _word(gap: re.Match[str], known: Mapping[str, str], missing: dict[str, None]) -> str:
    found = known.get(gap[1], "")
    if not found:
        missing[gap[1]] = None
    return found or gap[0]


def _defaults(template: ContentTemplate) -> dict[str, str]:
    return {name: said.get("default", "") for name, said in template.variables.items()}


def _words_of(template: ContentTemplate) -> dict[str, Any]:
    return {"body": template.body, "sections": template.sections}


def _refuse_empty(values: Mapping[str, Any]) -> None:
    sections = [section.get("body", "") for section in values.get("sections") or []]
    if not any(text.strip() for text in [values.get("body") or "", *sections]):
        raise Invalid("There is no text in it. Write a body or a section.", field="body")


def _set_status(template: ContentTemplate, status: str, action: str, by: User) -> None:
    with org_atomic():
        template.status = status
        template.save(update_fields=["status", "updated_at"])
        record(action=action, target=template, by=by, data={"name": template.name})
