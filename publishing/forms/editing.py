"""What a person may change of a post before it goes out: all that its account's network has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import ErrorDict
from django.http import QueryDict

from config.kernel.errors import DomainError, Invalid
from publishing.channels.base import CredentialField, Draft, Limits
from publishing.channels.splitting import split_thread
from publishing.channels.text import clean_hashtags
from publishing.models import PendingPost, WhenLate
from publishing.services.drafts import TITLE_FIELD, channel_of, draft, limits_of, misfits
from publishing.services.networks import account_facts

from .post_media import MediaField, media_choices, signed, take_in
from .problems import tell

OPTION = "option_"
SCORES = [
    ("", "No answer"),
    ("5", "5: I only polish it"),
    ("4", "4: good"),
    ("3", "3: so so"),
    ("2", "2: weak"),
    ("1", "1: I had to begin anew"),
]
WORDS = ("title", "content", "thread", "first_comment", "hashtags", "link", "media", "when_late")


class PartsWidget(forms.Widget):
    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        return data.getlist("part") if isinstance(data, QueryDict) else list(data.get(name, ()))


class PartsField(forms.Field):
    """The later parts of a thread, one a textarea; empty ones vanish."""

    widget = PartsWidget

    def clean(self, value: Any) -> list[str]:
        return [part for each in value if (part := each.replace("\r\n", "\n").strip())]


@dataclass(frozen=True, slots=True)
class Part:
    """One more part of the thread; `number` counts from 2, as readers do."""

    number: int
    text: str

    @property
    def field_id(self) -> str:
        return f"id_part_{self.number}"


class EditForm(forms.Form):
    """`post` decides which fields there are. Unbound it shows the post; see `arrange` for what is
    changed without being saved."""

    title = forms.CharField(label="Title", required=False)
    content = forms.CharField(
        label="Text",
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 9, "autofocus": True}),
    )
    thread = PartsField(label="Thread", required=False)
    first_comment = forms.CharField(
        label="First comment",
        required=False,
        strip=True,
        help_text="Goes under the post as soon as it is out.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    hashtags = forms.CharField(
        required=False,
        label="Hashtags",
        help_text="Separated by spaces, with or without the #.",
    )
    link = forms.CharField(
        required=False,
        label="Link",
        max_length=2000,
        help_text="Counts as the network counts it.",
        widget=forms.URLInput,
    )
    pictures = MediaField(label="Pictures and videos", required=False)
    material = forms.ChoiceField(
        label="From your materials",
        required=False,
        help_text="Its description comes along.",
    )
    upload = forms.FileField(label="From this device", required=False)
    upload_alt = forms.CharField(label="What it shows", required=False, max_length=2000)
    when_late = forms.ChoiceField(
        label="If it cannot leave at its time",
        choices=WhenLate.choices,
        help_text="Such as after an outage of more than two hours.",
    )
    score = forms.TypedChoiceField(
        label="How good was the text before you changed it?",
        required=False,
        choices=SCORES,
        coerce=int,
        empty_value=None,
        help_text="The agent learns from what you change, and more so from a mark.",
    )

    def __init__(self, data: Any = None, *, post: PendingPost) -> None:
        self.post = post
        self.limits: Limits = limits_of(post.account)
        self.channel = channel_of(post.platform)
        self.asked: Sequence[CredentialField] = self.channel.option_fields_for(
            account_facts(post.account)
        )
        shown = self._shown()
        if data is not None:
            data = data.copy()
            for name in ("when_late", *(f"{OPTION}{each.name}" for each in self.asked)):
                data.setdefault(name, shown[name])
        super().__init__(data, initial=shown)
        self._leave_out()
        for each in self.asked:
            self.fields[f"{OPTION}{each.name}"] = self._option(each)
        self.fields["content"].required = self.limits.text_required or not self.has_media
        if "title" in self.fields:
            self.fields["title"].required = self.limits.title_required

    @classmethod
    def of(cls, post: PendingPost, data: Any = None, files: Any = None) -> EditForm:
        """Bound to what was sent, a file included; nothing of it is lost when the rest is refused.
        A file that is not taken is an error of the field `upload`."""
        if data is None:
            return cls(post=post)
        sent, problem = _with_files(post, data, files)
        form = cls(sent, post=post)
        if problem is not None and form.errors is not None:
            tell(form, problem)
        return form

    @classmethod
    def arranged(cls, post: PendingPost, data: Any, files: Any) -> EditForm:
        """As it was sent, with parts or media moved as asked; nothing is checked and nothing saved
        but the uploaded file."""
        sent, problem = _with_files(post, data, files)
        form = cls(sent, post=post)
        form._errors = ErrorDict()  # type: ignore[attr-defined]
        form.cleaned_data = {}
        if problem is None:
            problem = form.arrange(cast(QueryDict, form.data), sent.get("arrange", ""))
        if problem is not None:
            tell(form, problem)
        return form

    def arrange(self, sent: QueryDict, wish: str) -> DomainError | None:
        """Do one wish to the data: split, part-up-2, part-drop-2, medium-up-1, medium-drop-1."""
        if wish == "split":
            return self._split(sent)
        name, _, rest = wish.partition("-")
        verb, _, number = rest.partition("-")
        lists = {"part": ("part",), "medium": ("medium", "alt")}.get(name, ())
        for each in lists:
            sent.setlist(each, moved_in_list(sent.getlist(each), verb, number))
        return None

    @property
    def has_media(self) -> bool:
        return bool(self.limits.images_max or self.limits.videos_max)

    @property
    def parts(self) -> list[Part]:
        """Those that are there and, while the network takes more, an empty one to write in."""
        texts = [each for each in self["thread"].value() or () if each.strip()]
        if len(texts) + 1 < self.limits.thread_max:
            texts.append("")
        return [Part(number, text) for number, text in enumerate(texts, start=2)]

    @property
    def items(self) -> list[dict[str, Any]]:
        """What is shown of each medium: its note, its words, and by which name to look at it."""
        found: list[dict[str, Any]] = []
        if "pictures" not in self.fields:
            return found
        for note, alt in self["pictures"].value() or ():
            try:
                (medium,) = MediaField().clean([(note, alt)])
            except forms.ValidationError:
                continue
            name = medium["reference"].rpartition("/")[2]
            is_video = medium["content_type"].startswith("video/")
            found.append({"note": note, "alt": alt, "name": name, "is_video": is_video})
        return found

    @property
    def options(self) -> list[forms.BoundField]:
        return [self[f"{OPTION}{each.name}"] for each in self.asked]

    @property
    def limits_json(self) -> str:
        return json.dumps(self.limits.as_json())

    @property
    def title_json(self) -> str:
        return json.dumps({"max_characters": self.limits.title_max, "counter": "codepoints"})

    def clean_hashtags(self) -> list[str]:
        return clean_hashtags(self.cleaned_data["hashtags"].replace(",", " ").split())

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean(self) -> dict[str, Any]:
        """What the network says of the whole, each sentence at the field that causes it."""
        given = super().clean() or {}
        if self.errors:
            return given
        words = self.words()
        wanted = draft(
            **{name: value for name, value in words.items() if name != "when_late"},
            language=self.post.brand.language,
        )
        for cause, sentences in misfits(wanted, self.post.account).items():
            name = "pictures" if cause == "media" else cause
            self.add_error(name if name in self.fields else "content", sentences)
        return given

    def words(self) -> dict[str, Any]:
        """The cleaned values as `edit_post` takes them; what the network has not stays as it is."""
        given = {**self.cleaned_data}
        given["media"] = given.pop("pictures", self.post.media)
        return {
            **{name: given.get(name, getattr(self.post, name)) for name in WORDS},
            "options": self._chosen(),
        }

    def _chosen(self) -> dict[str, Any]:
        """Options that differ from what the account or the network does by itself."""
        known = {each.name for each in self.asked}
        chosen = {name: value for name, value in self.post.options.items() if name not in known}
        for each in self.asked:
            value = self.cleaned_data.get(f"{OPTION}{each.name}", "")
            if value and value != self._default(each):
                chosen[each.name] = value
        return chosen

    def _default(self, each: CredentialField) -> str:
        return str(self.post.account.settings.get(each.name) or each.default)

    def _shown(self) -> dict[str, Any]:
        post = self.post
        shown: dict[str, Any] = {
            "title": post.title,
            "content": post.content,
            "thread": list(post.thread),
            "first_comment": post.first_comment,
            "hashtags": " ".join(f"#{tag}" for tag in post.hashtags),
            "link": post.link,
            "pictures": [(signed(each), each.get("alt", "")) for each in post.media],
            "when_late": post.when_late,
        }
        for each in self.asked:
            shown[f"{OPTION}{each.name}"] = post.options.get(each.name) or self._default(each)
        return shown

    def _leave_out(self) -> None:
        """Fields that the network does not have; media that stand there can still be taken out."""
        gone = [
            *(["title"] if self.limits.title_max is None else []),
            *(["thread"] if self.limits.thread_max < 2 and not self.post.thread else []),
            *(
                ["first_comment"]
                if self.limits.comment_max is None and not self.post.first_comment
                else []
            ),
        ]
        if not self.has_media:
            gone += ["material", "upload", "upload_alt"]
            gone += [] if self.post.media else ["pictures"]
        for name in gone:
            del self.fields[name]
        if "title" in self.fields:
            title = self.fields["title"]
            title.widget.attrs["maxlength"] = TITLE_FIELD
        if "material" in self.fields:
            choices = media_choices(self.post, self.limits)
            self.fields["material"].choices = [("", "Choose one"), *choices]  # type: ignore[attr-defined]

    def _option(self, each: CredentialField) -> forms.Field:
        common: dict[str, Any] = {
            "label": each.label,
            "help_text": each.help,
            "required": each.required,
        }
        if each.choices:
            return forms.ChoiceField(choices=each.choices, **common)
        return forms.CharField(max_length=500, **common)

    def _split(self, sent: QueryDict) -> DomainError | None:
        """The text and the parts that stand there as one text, cut anew where it is too long."""
        texts = (sent.get("content", ""), *sent.getlist("part"))
        whole = "\n\n".join(each.strip() for each in texts if each.strip())
        tags = tuple(clean_hashtags(sent.get("hashtags", "").replace(",", " ").split()))
        link = sent.get("link", "").strip() or None
        try:
            parts = split_thread(
                whole,
                self.limits,
                whole=lambda part: self.channel.compose(Draft(part, tags, link)),
                has_media=bool(sent.getlist("medium")),
            )
        except ValueError:
            return Invalid(
                "The hashtags and the link alone fill a post. Take some away, then split the text.",
                field="hashtags",
            )
        if len(parts) > self.limits.thread_max:
            return Invalid(
                f"This would take {len(parts)} posts, and {self.channel.label} takes "
                f"{self.limits.thread_max} in a thread. Shorten the text, then split it.",
                field="content",
            )
        sent["content"] = parts[0] if parts else ""
        sent.setlist("part", list(parts[1:]))
        return None


def _with_files(
    post: PendingPost, data: QueryDict, files: Any
) -> tuple[QueryDict, DomainError | None]:
    sent = data.copy()
    upload: UploadedFile[bytes] | None = files.get("upload") if files else None
    try:
        take_in(post, sent, upload)
    except DomainError as error:
        return sent, error
    return sent, None


def moved_in_list(values: list[str], verb: str, number: str) -> list[str]:
    """One place up, or out; places count from 0. A place that is not there changes nothing."""
    if not number.isdecimal() or int(number) >= len(values):
        return values
    place = int(number)
    taken = values.pop(place)
    if verb == "up":
        values.insert(max(0, place - 1), taken)
    elif verb != "drop":
        values.insert(place, taken)
    return values
