"""The composer's form: one text for all, what is said else for an account, and when it goes out.

The page is a working copy: everything that it shows comes from what was sent, so that a preview, a
moved picture and a refusal keep what was typed. Rows are only read to begin with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from brands.models import BrandProfile
from config.kernel.models import uuid7
from content.models import ContentTemplate, HashtagSet, Signature
from content.services.templates import gaps_in
from publishing.channels.text import clean_hashtags
from publishing.models import Composition, PostingQueue, SocialAccount, Variant, WhenLate
from publishing.services.compositions_saving import Said

from .composition_own import Own, own_data
from .editing import Part, PartsField
from .post_media import MediaField, signed, unsigned
from .queries import uuid_or_none

MOST_OF_TEXT = 20_000
MOST_PARTS = 50
AS_THE_BRAND = [("", "As the brand's settings say"), ("yes", "Yes"), ("no", "No")]
BRANDS_WORDS = {"": None, "yes": True, "no": False}
MEDIA = ".png,.jpg,.jpeg,.webp,.gif,.mp4,.mov,.webm"


class CompositionForm(forms.Form):
    """Always bound. `accounts_there` are those that can be chosen, `brand` whose post it is."""

    composition = forms.UUIDField(widget=forms.HiddenInput)
    submission = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    accounts = forms.MultipleChoiceField(
        label="Post to", required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label="Text",
        strip=False,
        required=False,
        max_length=MOST_OF_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    splits_long = forms.BooleanField(
        label="Cut into a thread where it is too long",
        required=False,
        help_text="Between words, on networks that have threads.",
    )
    thread = PartsField(label="Thread", required=False)
    hashtags = forms.CharField(
        label="Hashtags",
        required=False,
        max_length=1000,
        help_text="Separated by spaces. Each network puts them where they belong there.",
    )
    link = forms.CharField(label="Link", required=False, max_length=2000, widget=forms.URLInput)
    title = forms.CharField(
        label="Title",
        required=False,
        max_length=300,
        help_text="For networks that have titles. Where one is needed and this is empty, it is the "
        "first sentence.",
    )
    first_comment = forms.CharField(
        label="First comment",
        required=False,
        max_length=MOST_OF_TEXT,
        help_text="Goes under the post as soon as it is out, where a network takes one.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    pictures = MediaField(label="Pictures and videos", required=False)
    upload = forms.FileField(label="From this device", required=False)
    upload_alt = forms.CharField(label="What it shows", required=False, max_length=2000)
    signature = forms.ChoiceField(label="Signature", required=False)
    template = forms.ChoiceField(label="Template", required=False)
    hashtag_set = forms.ChoiceField(label="Hashtag set", required=False)
    pillar = forms.ChoiceField(label="Pillar", required=False)
    campaign = forms.CharField(label="Campaign", required=False, max_length=120)
    shortens_links = forms.ChoiceField(
        label="Shorten the link", required=False, choices=AS_THE_BRAND
    )
    adds_utm = forms.ChoiceField(label="Add UTM parameters", required=False, choices=AS_THE_BRAND)
    when_late = forms.ChoiceField(
        label="If it cannot leave at its time",
        required=False,
        choices=WhenLate.choices,
        help_text="Such as after an outage of more than two hours.",
    )
    notes = forms.CharField(
        label="Notes",
        required=False,
        max_length=MOST_OF_TEXT,
        help_text="For the team; they never go out.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    queue = forms.ChoiceField(label="Queue", required=False)
    day = forms.DateField(
        label="Day", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    time = forms.TimeField(
        label="Time", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    zone = forms.ChoiceField(label="Time zone", required=False)

    def __init__(
        self,
        data: QueryDict,
        *,
        brand: BrandProfile,
        accounts: Sequence[SocialAccount],
        choices: Choices,
    ) -> None:
        super().__init__(data)
        self.sent = data
        self.brand = brand
        self.accounts_there = list(accounts)
        self.choices = choices
        named: dict[str, list[tuple[str, str]]] = {
            "accounts": [(str(each.pk), each.name) for each in accounts],
            "signature": [("", "None"), *((str(row.pk), row.name) for row in choices.signatures)],
            "template": [("", "Choose one"), *((str(r.pk), r.name) for r in choices.templates)],
            "hashtag_set": [("", "Choose one"), *((str(r.pk), r.name) for r in choices.sets)],
            "pillar": [("", "None"), *((name, name) for name in choices.pillars(data))],
            "queue": [(str(row.pk), row.name) for row in choices.queues],
            "zone": [(name, name.replace("_", " ")) for name in choices.zones],
        }
        for name, pairs in named.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]

    def unchecked(self) -> CompositionForm:
        """The same form without a word on what is wrong: nothing is being saved."""
        self._errors = ErrorDict()
        self.cleaned_data = {}
        return self

    @property
    def key(self) -> UUID:
        return uuid_or_none(self.sent.get("composition", "")) or uuid7()

    @property
    def chosen(self) -> list[SocialAccount]:
        wanted = set(self.sent.getlist("accounts"))
        return [each for each in self.accounts_there if str(each.pk) in wanted]

    def draft(self) -> Composition:
        """What was sent as a row that is not saved; what makes no sense is left out."""
        row = Composition(brand=self.brand, **self.words())
        row.pk = self.key
        return row

    def words(self) -> dict[str, Any]:
        """What the services of compositions take of what was sent, valid or not."""
        sent = self.sent
        return {
            "text": sent.get("text", "").replace("\r\n", "\n").replace("\x00", "").strip(),
            "hashtags": clean_hashtags(sent.get("hashtags", "").replace(",", " ").split()),
            "link": sent.get("link", "").strip(),
            "media": self.attached(),
            "title": " ".join(sent.get("title", "").split())[:300],
            "thread": PartsField().clean(sent.getlist("part"))[:MOST_PARTS],
            "splits_long": bool(sent.get("splits_long")),
            "first_comment": sent.get("first_comment", "").replace("\r\n", "\n").strip(),
            "when_late": self._one_of("when_late", WhenLate.values, WhenLate.ASK),
            "pillar": self._one_of("pillar", self.choices.pillars(sent), ""),
            "campaign": sent.get("campaign", "").strip()[:120],
            "signature": self.choices.row("signatures", sent.get("signature", "")),
            "template": self.choices.row("templates", sent.get("template", "")),
            "shortens_links": BRANDS_WORDS.get(sent.get("shortens_links", "")),
            "adds_utm": BRANDS_WORDS.get(sent.get("adds_utm", "")),
            "notes": sent.get("notes", "").strip(),
        }

    def attached(self) -> list[dict[str, Any]]:
        """Those that we know; a note that is not ours names nothing."""
        found = []
        for note, alt in self["pictures"].value() or ():
            try:
                found.append({**unsigned(note), "alt": " ".join(alt.split())})
            except forms.ValidationError:
                continue
        return found

    def own(self, account: SocialAccount) -> Own:
        return Own(self.sent, account)

    def variant(self, account: SocialAccount) -> Variant:
        """What is said else for an account, as a row that is not saved."""
        own = self.own(account)
        return Variant(
            account=account,
            overrides=own.overrides(),
            overridden_from=own.beside(),
            options=own.options(),
        )

    def said(self) -> list[Said]:
        rows = [(account, self.variant(account)) for account in self.chosen]
        return [
            Said(account, row.overrides, row.overridden_from, row.options) for account, row in rows
        ]

    @property
    def items(self) -> list[dict[str, Any]]:
        """What the tray shows of each medium."""
        return [
            {
                "note": signed(medium),
                "alt": medium["alt"],
                "name": medium["reference"].rpartition("/")[2],
                "is_video": medium["content_type"].startswith("video/"),
            }
            for medium in self.attached()
        ]

    @property
    def parts(self) -> list[Part]:
        """The later parts of the thread, and an empty one when somebody asked for it."""
        texts = [each for each in self.sent.getlist("part") if each.strip()]
        if self.sent.get("arrange") == "part-add":
            texts.append("")
        return [Part(number, text) for number, text in enumerate(texts, start=2)]

    @property
    def gaps(self) -> list[tuple[str, str, str]]:
        """(name, label, typed) of gaps that a template left in the text."""
        names = gaps_in([self.sent.get("text", ""), self.sent.get("title", "")])
        return [
            (name, name.replace("_", " ").capitalize(), self.sent.get(f"gap_{name}", ""))
            for name in names
        ]

    @property
    def zone_shown(self) -> str:
        return self._one_of("zone", self.choices.zones, self.choices.zones[0])

    @property
    def wall(self) -> str:
        """Day and time as they were sent: "2026-11-23 09:00"; "" where one is missing."""
        day, time = self.sent.get("day", "").strip(), self.sent.get("time", "").strip()[:5]
        return f"{day} {time}" if day and time else ""

    def queue_row(self) -> PostingQueue | None:
        row: PostingQueue | None = self.choices.row("queues", self.sent.get("queue", ""))
        return row

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"]).strip()
        if link and not link.lower().startswith(("https://", "http://")):
            raise forms.ValidationError(
                "A link starts with https:// or http://. Correct it or leave it empty."
            )
        return link

    def _one_of(self, name: str, allowed: Sequence[str], otherwise: str) -> str:
        value = self.sent.get(name, "")
        return value if value in allowed else otherwise


class Choices:
    """What a brand offers to choose from, read once: plain rows."""

    def __init__(self, brand: BrandProfile, zones: Sequence[str]) -> None:
        ours = {"brand_id__in": [brand.pk]}
        shared = {"brand": None}
        self.brand = brand
        self.zones = list(dict.fromkeys(zones))
        self.signatures = [
            *Signature.objects.filter(**ours),
            *Signature.objects.filter(**shared),
        ]
        active = ContentTemplate.objects.filter(
            status=ContentTemplate.Status.ACTIVE, kind=ContentTemplate.Kind.POST
        )
        self.templates = [*active.filter(**ours), *active.filter(**shared)]
        self.sets = [*HashtagSet.objects.filter(**ours), *HashtagSet.objects.filter(**shared)]
        self.queues = list(PostingQueue.objects.filter(brand=brand).order_by("-is_default", "name"))

    def row(self, kind: str, chosen: str) -> Any:
        """The row of a sent id; None for one that is not offered."""
        rows: list[Any] = getattr(self, kind)
        return next((row for row in rows if str(row.pk) == chosen), None)

    def pillars(self, sent: QueryDict) -> list[str]:
        """The brand's pillars, and the one that a draft kept though the brand dropped it."""
        names = [str(each["name"]) for each in self.brand.content_pillars or [] if each.get("name")]
        kept = sent.get("pillar_kept", "")
        return [*names, *([kept] if kept and kept not in names else [])]


def data_of(row: Composition, variants: Sequence[Variant]) -> QueryDict:
    """A draft as the page would send it."""
    data = QueryDict(mutable=True)
    wishes = {None: "", True: "yes", False: "no"}
    data.update(
        {
            "composition": str(row.pk),
            "submission": str(uuid7()),
            "seen": row.updated_at.isoformat() if row.updated_at else "",
            "text": row.text,
            "hashtags": " ".join(f"#{tag}" for tag in row.hashtags),
            "link": row.link,
            "title": row.title,
            "first_comment": row.first_comment,
            "when_late": row.when_late,
            "pillar": row.pillar,
            "pillar_kept": row.pillar,
            "campaign": row.campaign,
            "signature": str(row.signature_id or ""),
            "template": str(row.template_id or ""),
            "shortens_links": wishes[row.shortens_links],
            "adds_utm": wishes[row.adds_utm],
            "notes": row.notes,
        }
    )
    if row.splits_long:
        data["splits_long"] = "on"
    data.setlist("part", list(row.thread))
    data.setlist("medium", [signed(each) for each in row.media])
    data.setlist("alt", [each.get("alt", "") for each in row.media])
    data.setlist("accounts", [str(each.account_id) for each in variants])
    for each in variants:
        own_data(data, each)
    return data


def limits_json(limits: Any) -> str:
    return json.dumps(limits.as_json())
