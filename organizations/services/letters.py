"""Mail that Warren writes itself: from a set of three templates to one message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

MOST_SUBJECT = 150


def letter(
    name: str,
    *,
    to: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """The mail of `templates/emails/<name>.{subject.txt,txt,html}`, ready to be sent.

    Render it inside the transaction that reads its rows and call `.send()` with none open. The
    templates get `base_url`, the installation's address without a slash at its end.
    """
    said = {"base_url": settings.WARREN_BASE_URL, **context}
    subject = one_line(render_to_string(f"emails/{name}.subject.txt", said))
    message = EmailMultiAlternatives(
        subject=subject[:MOST_SUBJECT],
        body=render_to_string(f"emails/{name}.txt", said).strip() + "\n",
        to=[to],
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    message.attach_alternative(render_to_string(f"emails/{name}.html", said), "text/html")
    return message


def one_line(text: str) -> str:
    """Text for a header: whatever breaks a line or steers a terminal becomes a space."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
