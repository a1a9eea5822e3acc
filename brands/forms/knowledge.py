from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from brands.models import BrandProfile, KnowledgeBucket, KnowledgeSource
from brands.services.knowledge import add_file, add_site, add_text
from brands.services.knowledge_documents import categories_in_use
from organizations.models import User


class BucketForm(forms.Form):
    name = forms.CharField(
        max_length=120, help_text="What is in it, such as “Products and prices”."
    )
    brand: forms.ModelChoiceField[BrandProfile] = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="Brand",
        empty_label="Every brand",
        help_text="Who may write from it.",
    )
    campaign_name = forms.CharField(
        max_length=120,
        required=False,
        label="Campaign",
        help_text="Only if it is for one campaign and not for everything that the brand does.",
    )
    description = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brands: Any = self.fields["brand"]
        brands.queryset = BrandProfile.objects.order_by("name")
        if len(brands.queryset) == 1:
            brands.initial = brands.queryset[0]


class SourceForm(forms.Form):
    """What every kind of source is asked for; each kind says how it is added."""

    slug: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    verb: ClassVar[str]

    def add(self, bucket: KnowledgeBucket, by: User) -> KnowledgeSource:
        raise AssertionError("each kind of source is added in its own way")


class SiteForm(SourceForm):
    slug, title, icon, verb = "site", "Website", "globe", "Add website"

    url = forms.CharField(
        max_length=2000,
        label="Address of the site",
        help_text=(
            "At most 50 of its pages are read, one every two seconds. What the site asks robots "
            "to leave alone is left alone."
        ),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "url"}),
    )

    def add(self, bucket: KnowledgeBucket, by: User) -> KnowledgeSource:
        return add_site(bucket=bucket, by=by, **self.cleaned_data)


class FileForm(SourceForm):
    slug, title, icon, verb = "file", "File", "file-up", "Add file"

    upload = forms.FileField(
        label="File",
        help_text="PDF, DOCX, PPTX, CSV, HTML, Markdown or text, up to 50 MB.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.pptx,.csv,.tsv,.html,.htm,.md,.txt"}),
    )

    def add(self, bucket: KnowledgeBucket, by: User) -> KnowledgeSource:
        return add_file(bucket=bucket, by=by, **self.cleaned_data)


class TextForm(SourceForm):
    slug, title, icon, verb = "text", "Text", "type", "Add text"

    text = forms.CharField(
        label="Text",
        help_text="What you would tell a new colleague. Up to 100 KB.",
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    name = forms.CharField(
        max_length=200, required=False, label="Title", help_text="Empty: its first words."
    )

    def add(self, bucket: KnowledgeBucket, by: User) -> KnowledgeSource:
        values = self.cleaned_data
        return add_text(bucket=bucket, by=by, text=values["text"], title=values["name"])


KINDS: dict[str, type[SourceForm]] = {form.slug: form for form in (SiteForm, FileForm, TextForm)}


class EntryForm(forms.Form):
    question = forms.CharField(max_length=500, help_text="As a customer would ask it.")
    answer = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    category = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["category"]
        choices.choices = [("", "None"), *((each.slug, each.name) for each in categories_in_use())]
