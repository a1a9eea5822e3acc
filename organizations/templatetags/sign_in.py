"""What the pages of signing in need beyond allauth's own tags."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """For an attribute that a behaviour reads; the template escapes it."""
    return json.dumps(value, default=dict)


@register.filter
def has_keys(options: Mapping[str, Any]) -> bool:
    """Whether a passkey of this person's could answer."""
    return bool(options["publicKey"].get("allowCredentials"))


@register.simple_tag
def security_url() -> str:
    """What pages without a team in their address lead back to."""
    return reverse("organizations:security-home")


@register.simple_tag(takes_context=True)
def way_back(context: Context) -> str:
    """Where a sign-in page leads afterwards; allauth checks it when it is used."""
    request: HttpRequest = context["request"]
    return request.POST.get("next") or request.GET.get("next") or ""
