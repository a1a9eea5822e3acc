"""Refusals of services, shown in the form that caused them with what was typed."""

from __future__ import annotations

from django import forms

from config.kernel.errors import DomainError


def tell(form: forms.BaseForm, error: DomainError, words: str = "") -> None:
    """Put a service's sentence beside the field it is about, or on top of the form; with other
    `words` where its own are not for whoever reads the page."""
    field = getattr(error, "field", None)
    form.add_error(field if field in form.fields else None, words or error.message)
