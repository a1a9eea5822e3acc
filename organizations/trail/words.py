"""What acts are called on pages. Each app adds the words of its own acts in its `hooks.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.kernel.hooks import Registry


@dataclass(frozen=True, slots=True)
class AuditTarget:
    """How rows of one table are called: a word, where their name stands, and where their page is.

    `name` is a path of fields, as in `values_list`; `page` and `keyword` make the address.
    """

    word: str
    name: str
    page: str = ""
    keyword: str = ""


# Act -> what somebody did, as it follows on who did it: "approved a post".
audit_words: Registry[str] = Registry("audit words", str)
# Label of a model, in lower case -> how its rows are called.
audit_targets: Registry[AuditTarget] = Registry("audit targets", AuditTarget)


def add_words(words: Mapping[str, str], targets: Mapping[str, AuditTarget] | None = None) -> None:
    for action, said in words.items():
        audit_words.register(action, said)
    for label, target in (targets or {}).items():
        audit_targets.register(label, target)


def said_of(action: str) -> str:
    """The words of an act; one that nobody gave words gets its name in plain letters."""
    return audit_words.get(action) or f"did this: {action.replace('.', ', ').replace('_', ' ')}"


def title_of(label: str) -> str:
    """“Previous ends at” for previous_ends_at: names of fields as people read them."""
    words = label.replace("_", " ").strip()
    return _SPELLED.get(words) or words[:1].upper() + words[1:]


_SPELLED = {"url": "Address", "api key": "API key", "mfa": "Second factor", "id": "ID"}
