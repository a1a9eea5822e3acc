"""Ends every session of a person, wherever they are signed in."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from config.kernel.clock import now


def end_sessions(user_id: UUID) -> int:
    """Delete the person's sessions from the table and the cache; returns how many there were.

    Listed ones are found by their list; the others by looking into every session, since Django's
    table does not say whose they are.
    """
    keys = _listed(user_id) | _looked_up(user_id)
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
    return len(keys)


def _listed(user_id: UUID) -> set[str]:
    if not apps.is_installed("allauth.usersessions"):
        return set()
    model = apps.get_model("usersessions", "UserSession")
    return set(model._base_manager.filter(user_id=user_id).values_list("session_key", flat=True))


def _looked_up(user_id: UUID) -> set[str]:
    living = Session.objects.filter(expire_date__gt=now()).iterator(chunk_size=500)
    return {
        str(session.session_key)
        for session in living
        if session.get_decoded().get(SESSION_KEY) == str(user_id)
    }
