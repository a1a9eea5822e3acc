"""Words that close a post, kept under a name; at most one of a brand is added by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from brands.models import BrandProfile
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Signature
from organizations.models import User

from .named_rows import change_named, create_named, delete_named

MOST_CHARACTERS: Final = 500


def create_signature(*, values: Mapping[str, Any], by: User) -> Signature:
    """Raises Invalid, naming the field: a taken name, no words, too many."""
    with org_atomic():
        said = _checked(values)
        if said.get("is_default"):
            _unset_default(said.get("brand"))
        return create_named(Signature, said, action="signature.created", by=by)


def edit_signature(*, signature: Signature, values: Mapping[str, Any], by: User) -> Signature:
    """The default before, of the same brand, is none any more."""
    with org_atomic():
        said = _checked(values)
        if said.get("is_default", signature.is_default):
            _unset_default(said.get("brand", signature.brand), but=signature)
        return change_named(signature, said, action="signature.changed", by=by)


def delete_signature(*, signature: Signature, by: User) -> None:
    """For good; drafts that name it close without one from then on."""
    delete_named(signature, action="signature.deleted", by=by)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(values)
    if "text" in said:
        said["text"] = str(said["text"]).replace("\x00", "").replace("\r\n", "\n").strip()
        if not said["text"]:
            raise Invalid("There are no words in it. Write some.", field="text")
        if len(said["text"]) > MOST_CHARACTERS:
            raise Invalid(
                f"The signature has {len(said['text']):,} characters; at most {MOST_CHARACTERS} "
                "are taken, since networks count them with the post.",
                field="text",
            )
    return said


def _unset_default(brand: BrandProfile | None, but: Signature | None = None) -> None:
    others = Signature.objects.filter(brand=brand, is_default=True)
    (others.exclude(pk=but.pk) if but else others).update(is_default=False)
