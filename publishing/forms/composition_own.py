"""What is said else for one account, inside the composer's form.

Fields are named after the account: own-<id> lists what is said else, own-<id>-text is one of them,
own-<id>-beside-text what the text for all was when it was written, option-<id>-<name> an option.
"""

from __future__ import annotations

import json
from typing import Any

from django.core import signing
from django.http import QueryDict

from config.kernel.scoping import current_organization_id
from publishing.channels.base import CredentialField
from publishing.channels.text import clean_hashtags
from publishing.models import SocialAccount, Variant
from publishing.services.compiling import OVERRIDABLE
from publishing.services.drafts import channel_of
from publishing.services.networks import account_facts

_SALT = "publishing.composition_own"

WORDS = {
    "text": "text",
    "hashtags": "hashtags",
    "link": "link",
    "title": "title",
    "first_comment": "first comment",
    "media": "pictures and videos",
    "thread": "thread",
}
"""How each is called on the page, in the order in which it stands there."""


class Own:
    """The fields of one account in what was sent."""

    def __init__(self, data: QueryDict, account: SocialAccount) -> None:
        self.data = data
        self.account = account
        self.name = f"own-{account.pk}"

    @property
    def fields(self) -> list[str]:
        named = set(self.data.getlist(self.name))
        return [name for name in WORDS if name in named]

    def overrides(self) -> dict[str, Any]:
        return {name: self.value(name) for name in self.fields}

    def value(self, name: str) -> Any:
        typed = self.data.get(f"{self.name}-{name}", "").replace("\r\n", "\n").strip()
        if name == "hashtags":
            return clean_hashtags(typed.replace(",", " ").split())
        if name == "thread":
            parts = self.data.getlist(f"{self.name}-part")
            return [part for each in parts if (part := each.replace("\r\n", "\n").strip())]
        if name == "media":
            notes = self.data.getlist(f"{self.name}-medium")
            return [medium for each in notes if (medium := known(each)) is not None]
        return " ".join(typed.split())[:300] if name == "title" else typed

    def beside(self) -> dict[str, Any]:
        return {name: self._beside(name) for name in self.fields}

    def options(self) -> dict[str, Any]:
        """What the network is told beside the words, where it differs from the account's own."""
        found: dict[str, Any] = {}
        for each in self.asked:
            value = self.data.get(self.option_name(each), "").strip()[:500]
            if value and value != self.default(each):
                found[each.name] = value
        return found

    @property
    def asked(self) -> list[CredentialField]:
        channel = channel_of(self.account.platform)
        return list(channel.option_fields_for(account_facts(self.account)))

    def option_name(self, each: CredentialField) -> str:
        return f"option-{self.account.pk}-{each.name}"

    def default(self, each: CredentialField) -> str:
        return str(self.account.settings.get(each.name) or each.default)

    def shown_option(self, each: CredentialField) -> str:
        return str(self.data.get(self.option_name(each), "")) or self.default(each)

    def _beside(self, name: str) -> Any:
        try:
            return json.loads(self.data.get(f"{self.name}-beside-{name}", '""'))
        except ValueError:
            return ""

    def say(self, name: str, value: Any, beside: Any) -> None:
        """Begin to say one of OVERRIDABLE else: `value` to begin from."""
        if name not in OVERRIDABLE:
            return
        self.data.setlist(self.name, list(dict.fromkeys([*self.fields, name])))
        self.keep(name, beside)
        put(self.data, self.name, name, value)

    def adopt(self, name: str) -> None:
        """Follow the text for all again."""
        self.data.setlist(self.name, [each for each in self.fields if each != name])

    def keep(self, name: str, beside: Any) -> None:
        """Say that it stands beside the text for all as this is now."""
        self.data[f"{self.name}-beside-{name}"] = json.dumps(beside)


def put(data: QueryDict, prefix: str, name: str, value: Any) -> None:
    if name == "thread":
        data.setlist(f"{prefix}-part", list(value))
    elif name == "media":
        data.setlist(f"{prefix}-medium", [noted(each) for each in value])
    elif name == "hashtags":
        data[f"{prefix}-hashtags"] = " ".join(f"#{tag}" for tag in value)
    else:
        data[f"{prefix}-{name}"] = value


def own_data(data: QueryDict, variant: Variant) -> None:
    """Put what a row says else into what the page would send."""
    own = Own(data, variant.account)
    for name, value in variant.overrides.items():
        own.say(name, value, variant.overridden_from.get(name, ""))
    for name, value in variant.options.items():
        data[f"option-{variant.account_id}-{name}"] = str(value)


def noted(medium: dict[str, Any]) -> str:
    """A medium with its description, which is its own here."""
    return signing.dumps([str(current_organization_id()), medium], salt=_SALT)


def known(note: str) -> dict[str, Any] | None:
    try:
        organization, medium = signing.loads(note, salt=_SALT)
    except signing.BadSignature:
        return None
    return dict(medium) if organization == str(current_organization_id()) else None
