from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from brands.models import BrandProfile
from config.kernel.errors import DomainError
from organizations.notices.outgoing import brand_secret
from organizations.services.webhooks import check_address

from .base import SectionForm


class NoticesForm(SectionForm):
    """Where the brand itself hears of what its members are mailed: a shared mailbox, a chat."""

    title = "Notices"
    slug = "notices"
    lead = "Members choose for themselves under Settings, Notifications; this is the brand's own."
    previews: ClassVar[str] = ""

    notify_email = forms.EmailField(
        required=False,
        label="Mailbox",
        help_text="Gets what a member is mailed by default: failed posts, lost channels and so on.",
    )
    notify_webhook = forms.URLField(
        required=False,
        max_length=200,
        assume_scheme="https",
        label="Webhook",
        help_text="Gets the same as signed POST requests; https, reachable from the internet.",
    )

    def __init__(self, *args: Any, brand: BrandProfile | None = None, **kwargs: Any) -> None:
        super().__init__(*args, brand=brand, **kwargs)
        if brand is not None and brand.notify_webhook:
            self.fields[
                "notify_webhook"
            ].help_text += f" Signed with {brand_secret(brand.pk)} (Standard Webhooks)."

    def clean_notify_webhook(self) -> str:
        url = str(self.cleaned_data["notify_webhook"])
        if url and url != (self.brand.notify_webhook if self.brand else ""):
            try:
                check_address(url)
            except DomainError as error:
                raise forms.ValidationError(error.message) from error
        return url
