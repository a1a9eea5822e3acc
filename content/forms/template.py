from __future__ import annotations

from typing import Any

from django import forms

from brands.models import BrandProfile
from brands.platforms import platforms
from config.kernel.errors import Invalid
from content.models import ContentTemplate, HashtagSet, PostConfiguration
from content.services.hashtag_sets import tags_in
from content.services.templates import gaps_in, values_of

MOST_SECTIONS = 6


def platform_choices() -> list[tuple[str, str]]:
    return [(each.slug, each.label) for each in platforms.values()]


class NamedForm(forms.Form):
    """What a team keeps under a name, for one brand or for all of them."""

    name = forms.CharField(max_length=120, label="Name")
    brand: forms.ModelChoiceField[BrandProfile] = forms.ModelChoiceField(
        queryset=None, required=False, label="Brand", empty_label="Every brand"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands: Any = self.fields["brand"]
        brands.queryset = BrandProfile.objects.order_by("name")

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class TemplateForm(NamedForm):
    """Body and sections; what each gap means follows from the words, in a second table."""

    kind = forms.ChoiceField(choices=ContentTemplate.Kind.choices, label="Kind")
    platform = forms.ChoiceField(required=False, label="Platform")
    subject = forms.CharField(
        required=False,
        max_length=200,
        label="Subject or headline",
        help_text="For e-mails, ads and proposals.",
    )
    body = forms.CharField(
        required=False,
        label="Text",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="A gap is a name in double braces: {{ offer }}.",
    )
    hashtags = forms.CharField(
        required=False, label="Hashtags", help_text="Separated by spaces or commas."
    )
    field_order = ["name", "kind", "subject", "body"]

    def __init__(self, *args: Any, row: ContentTemplate | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = _read(row)
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["platform"]
        choices.choices = [("", "Any"), *platform_choices()]
        self.row = row
        self._add_sections(row)
        self._add_gaps(row)

    def clean_hashtags(self) -> list[str]:
        return _tags(self.cleaned_data["hashtags"])

    def values(self) -> dict[str, Any]:
        said = super().values()
        sections = [
            {"title": said.pop(f"section-{at}-title"), "body": said.pop(f"section-{at}-body")}
            for at in range(MOST_SECTIONS)
        ]
        said["sections"] = [each for each in sections if each["title"] or each["body"]]
        texts = [said["subject"], said["body"]]
        texts += [part for section in said["sections"] for part in section.values()]
        said["variables"] = {gap: self._gap(said, gap) for gap in gaps_in(texts)}
        return {name: value for name, value in said.items() if not name.startswith("gap-")}

    def sections(self) -> list[tuple[Any, Any]]:
        return [
            (self[f"section-{at}-title"], self[f"section-{at}-body"]) for at in range(MOST_SECTIONS)
        ]

    def gaps(self) -> list[tuple[str, Any, Any]]:
        known = self.row.variables if self.row else {}
        return [(name, self[f"gap-{name}-help"], self[f"gap-{name}-default"]) for name in known]

    @property
    def plain(self) -> list[Any]:
        return [field for field in self if not field.name.startswith(("section-", "gap-"))]

    def _gap(self, said: dict[str, Any], gap: str) -> dict[str, str]:
        return {
            "help": said.get(f"gap-{gap}-help") or "",
            "default": said.get(f"gap-{gap}-default") or "",
        }

    def _add_sections(self, row: ContentTemplate | None) -> None:
        known = row.sections if row else []
        for at in range(MOST_SECTIONS):
            said = known[at] if at < len(known) else {}
            self.fields[f"section-{at}-title"] = forms.CharField(
                required=False,
                max_length=120,
                label=f"Title of section {at + 1}",
                initial=said.get("title", ""),
            )
            self.fields[f"section-{at}-body"] = forms.CharField(
                required=False,
                label=f"Text of section {at + 1}",
                initial=said.get("body", ""),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def _add_gaps(self, row: ContentTemplate | None) -> None:
        for name, said in (row.variables if row else {}).items():
            self.fields[f"gap-{name}-help"] = forms.CharField(
                required=False,
                max_length=200,
                label=f"What {name} means",
                initial=said.get("help", ""),
            )
            self.fields[f"gap-{name}-default"] = forms.CharField(
                required=False,
                max_length=500,
                label=f"What stands in {name} when nobody says",
                initial=said.get("default", ""),
            )


class FillForm(forms.Form):
    """A field a gap, to see the template with words in it. One of every brand asks for whom it is,
    since a brand knows some of the words."""

    brand: forms.ModelChoiceField[BrandProfile] = forms.ModelChoiceField(
        queryset=None, required=False, label="Brand", empty_label="Every brand"
    )

    def __init__(self, *args: Any, row: ContentTemplate, gaps: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        if row.brand_id:
            del self.fields["brand"]
        else:
            brands: Any = self.fields["brand"]
            brands.queryset = BrandProfile.objects.order_by("name")
        for gap in gaps:
            said = row.variables.get(gap, {})
            self.fields[f"fill-{gap}"] = forms.CharField(
                required=False,
                max_length=2_000,
                label=gap.replace("_", " ").capitalize(),
                help_text=said.get("help", ""),
            )

    @property
    def for_brand(self) -> BrandProfile | None:
        return self.row.brand or self.cleaned_data.get("brand")

    def words(self) -> dict[str, str]:
        """What was typed, over what the brand says of itself."""
        said = {
            name.removeprefix("fill-"): text
            for name, text in self.cleaned_data.items()
            if name.startswith("fill-") and text.strip()
        }
        return {**values_of(self.for_brand), **said}


class HashtagSetForm(NamedForm):
    tags = forms.CharField(
        label="Hashtags",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Separated by spaces or commas, at most 30.",
    )
    platforms = forms.MultipleChoiceField(
        required=False,
        label="Only on",
        help_text="None chosen: everywhere.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, row: HashtagSet | None = None, **kwargs: Any) -> None:
        if row is not None:
            tags = " ".join(f"#{tag}" for tag in row.tags)
            names = {"name": row.name, "brand": row.brand, "platforms": row.platforms}
            kwargs["initial"] = {**names, "tags": tags}
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["platforms"]
        choices.choices = platform_choices()
        self.fields["name"].max_length = 80  # type: ignore[attr-defined]

    def clean_tags(self) -> list[str]:
        return _tags(self.cleaned_data["tags"])


class ConfigurationForm(NamedForm):
    is_default = forms.BooleanField(
        required=False,
        label="Use it where no other is named",
        help_text="It takes the place of the default before.",
    )
    platforms = forms.MultipleChoiceField(
        required=False,
        label="Only on",
        help_text="None chosen: everywhere.",
        widget=forms.CheckboxSelectMultiple,
    )
    adds_hashtags = forms.BooleanField(required=False, initial=True, label="Add hashtags")
    hashtag_set: forms.ModelChoiceField[HashtagSet] = forms.ModelChoiceField(
        queryset=None, required=False, label="Hashtag set", empty_label="None"
    )
    hashtags_max = forms.CharField(
        required=False,
        label="Most hashtags a platform",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One platform a line, like LinkedIn: 3. Its own limit holds beside it.",
    )
    adds_call = forms.BooleanField(required=False, initial=True, label="Add a call to action")
    call_to_action = forms.CharField(
        required=False,
        max_length=200,
        label="Call to action",
        help_text="Empty: the writer chooses the words.",
    )
    voice_percent = forms.IntegerField(
        min_value=0,
        max_value=100,
        initial=80,
        label="Least voice score, in percent",
        help_text="A post that sounds less like the brand waits for a person.",
    )
    requires_guards = forms.BooleanField(
        required=False, initial=True, label="Only what passes every guard goes out by itself"
    )

    def __init__(self, *args: Any, row: PostConfiguration | None = None, **kwargs: Any) -> None:
        if row is not None:
            plain = {name: getattr(row, name) for name in self.base_fields if hasattr(row, name)}
            percent = round(row.voice_minimum * 100)
            kwargs["initial"] = {**plain, "voice_percent": percent}
            kwargs["initial"]["hashtags_max"] = _limits_text(row.hashtags_max)
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["platforms"]
        choices.choices = platform_choices()
        sets: Any = self.fields["hashtag_set"]
        sets.queryset = HashtagSet.objects.order_by("name")

    def clean_hashtags_max(self) -> dict[str, int]:
        limits: dict[str, int] = {}
        by_name = {each.label.casefold(): each.slug for each in platforms.values()}
        for line in filter(None, map(str.strip, self.cleaned_data["hashtags_max"].splitlines())):
            name, _, number = (part.strip() for part in line.rpartition(":"))
            slug = by_name.get(name.casefold(), name if name in platforms else "")
            if not slug or not number.isdecimal() or len(number) > 2:
                raise forms.ValidationError(
                    f"“{line}” is no platform with a number. Write it like LinkedIn: 3."
                )
            limits[slug] = int(number)
        return limits

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["voice_minimum"] = values.pop("voice_percent") / 100
        return values


def _limits_text(limits: dict[str, int]) -> str:
    known = ((platforms.get(slug), number) for slug, number in limits.items())
    return "\n".join(f"{each.label}: {number}" for each, number in known if each)


def _read(row: ContentTemplate) -> dict[str, Any]:
    names = ("name", "brand", "kind", "platform", "subject", "body")
    return {**{name: getattr(row, name) for name in names}, "hashtags": " ".join(row.hashtags)}


def _tags(text: str) -> list[str]:
    try:
        return tags_in(text)
    except Invalid as error:
        raise forms.ValidationError(error.message) from None
