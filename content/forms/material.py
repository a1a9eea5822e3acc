from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from brands.models import BrandProfile
from content.models import Material
from content.services.materials import add_file, add_text, add_url
from organizations.models import User


class MaterialForm(forms.Form):
    """What every kind of material is asked for; each kind says how it is added."""

    slug: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]

    brand: forms.ModelChoiceField[BrandProfile] = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="Brand",
        empty_label="Every brand",
        help_text="Whose posts may be made of it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands: Any = self.fields["brand"]
        brands.queryset = BrandProfile.objects.order_by("name")
        if len(brands.queryset) == 1:
            brands.initial = brands.queryset[0]

    def add(self, by: User) -> Material:
        raise AssertionError("each kind of material is added in its own way")


class TextForm(MaterialForm):
    slug, title, icon = "text", "Text", "type"

    name = forms.CharField(
        max_length=200, required=False, label="Title", help_text="Empty: its first words."
    )
    text = forms.CharField(
        label="Text",
        help_text="A note, an article, release notes. Up to 100 KB.",
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    field_order = ["text", "name", "brand"]

    def add(self, by: User) -> Material:
        return add_text(**self.cleaned_data, by=by)


class PageForm(MaterialForm):
    slug, title, icon = "page", "Web page", "globe"

    url = forms.CharField(
        max_length=2000,
        label="Address of the page",
        help_text="It is fetched once and its main text is kept. Pages behind a login cannot be.",
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "url"}),
    )
    field_order = ["url", "brand"]

    def add(self, by: User) -> Material:
        return add_url(**self.cleaned_data, by=by)


class FileForm(MaterialForm):
    slug, title, icon = "file", "File, picture or video", "file-up"

    upload = forms.FileField(
        label="File",
        help_text=(
            "PDF, DOCX, PPTX, CSV, HTML, Markdown or text up to 50 MB; PNG, JPEG or WebP up to "
            "20 MB; a video of up to 10 minutes as MP4, MOV or WebM."
        ),
        widget=forms.FileInput(
            attrs={
                "accept": ".pdf,.docx,.pptx,.csv,.html,.htm,.md,.txt,.png,.jpg,.jpeg,.webp,.gif,"
                ".mp4,.mov,.webm"
            }
        ),
    )
    alt_text = forms.CharField(
        max_length=1000,
        required=False,
        label="What a picture or video shows",
        help_text="Needed for both: posts are written from it, and it becomes their alt text.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    transcript = forms.FileField(
        required=False,
        label="Transcript of a video",
        help_text="What is said in it, as .srt, .vtt or .txt. Without one, its description counts.",
        widget=forms.FileInput(attrs={"accept": ".srt,.vtt,.txt"}),
    )
    field_order = ["upload", "alt_text", "transcript", "brand"]

    def add(self, by: User) -> Material:
        return add_file(**self.cleaned_data, by=by)


class EditForm(MaterialForm):
    """What people say of a material; what was understood of it stays."""

    name = forms.CharField(max_length=200, label="Title")
    alt_text = forms.CharField(
        max_length=1000,
        required=False,
        label="What a picture shows",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    priority = forms.IntegerField(
        min_value=-100,
        max_value=100,
        label="Priority",
        help_text="Higher comes first among equals.",
    )
    field_order = ["name", "brand", "alt_text", "priority"]

    @staticmethod
    def read(material: Material) -> dict[str, Any]:
        return {
            "name": material.name,
            "brand": material.brand_id,
            "alt_text": material.alt_text,
            "priority": material.priority,
        }


KINDS: dict[str, type[MaterialForm]] = {form.slug: form for form in (TextForm, PageForm, FileForm)}
