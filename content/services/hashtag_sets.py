"""Hashtags that go together, kept under a name and added by a post configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from config.kernel.errors import Invalid
from content.models import HashtagSet
from organizations.models import User

from .named_rows import change_named, create_named, delete_named

MOST_TAGS: Final = 30
_BETWEEN: Final = re.compile(r"[\s,;]+")


def tags_in(text: str) -> list[str]:
    """What somebody typed, as tags without #, each once whatever its case.

    Raises Invalid, naming the field, for what no network takes as a hashtag, and for more than 30.
    """
    found: dict[str, str] = {}
    for word in _BETWEEN.split(text.replace("\x00", "")):
        tag = word.lstrip("#＃")
        if tag:
            found.setdefault(tag.casefold(), tag)
    for tag in found.values():
        if not tag.replace("_", "").isalnum() or len(tag) > 80:
            raise Invalid(
                f"“{tag[:80]}” is no hashtag. Use letters, digits and _ only.", field="tags"
            )
    if len(found) > MOST_TAGS:
        raise Invalid(
            f"These are {len(found)} hashtags; a set has at most {MOST_TAGS}. Leave out "
            f"{len(found) - MOST_TAGS}.",
            field="tags",
        )
    return list(found.values())


def create_hashtag_set(*, values: Mapping[str, Any], by: User) -> HashtagSet:
    """Raises Invalid, naming the field, for a taken name and for a set without hashtags."""
    _refuse_empty(values)
    return create_named(HashtagSet, values, action="hashtag_set.created", by=by)


def edit_hashtag_set(*, hashtag_set: HashtagSet, values: Mapping[str, Any], by: User) -> HashtagSet:
    _refuse_empty(values)
    return change_named(hashtag_set, values, action="hashtag_set.changed", by=by)


def delete_hashtag_set(*, hashtag_set: HashtagSet, by: User) -> None:
    """For good; configurations that named it add none of its hashtags from then on."""
    delete_named(hashtag_set, action="hashtag_set.deleted", by=by)


def _refuse_empty(values: Mapping[str, Any]) -> None:
    if "tags" in values and not values["tags"]:
        raise Invalid("There is no hashtag in it. Write one.", field="tags")
