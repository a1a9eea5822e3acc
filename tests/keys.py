"""Keys of the API for tests, and a client that carries one."""

from __future__ import annotations

from typing import Any

from django.test import Client

from config.kernel.scoping import org_atomic
from organizations.models import Organization, User
from organizations.services.api_keys import NewKey, create_api_key
from organizations.services.api_scopes import scopes
from tests.world import World


def new_key(organization: Organization, by: User, *names: str, **values: Any) -> NewKey:
    """A key with these scopes; without any, with all of them."""
    with org_atomic(organization.id):
        return create_api_key(name="Reports", scopes=names or tuple(scopes), by=by, **values)


def client_with(key: NewKey | str, **extra: Any) -> Client:
    text = key if isinstance(key, str) else key.text.reveal()
    return Client(headers={"Authorization": f"Bearer {text}"}, **extra)


def caller(world: World, *names: str, **values: Any) -> Client:
    return client_with(new_key(world.organization, world.owner, *names, **values))
