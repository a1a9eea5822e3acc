"""Keepers of the master key: a file, AWS KMS, Google Cloud KMS, or Vault.

WARREN_MASTER_KEY_PROVIDER names the one that wraps new data keys. To move to another: name the old
one in WARREN_MASTER_KEY_FORMER, set the new one, restart, run `manage.py rotate_keys master`, and
take the former one out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from django.conf import settings

from .aws import AwsMasterKey
from .base import Keepers, MasterKey, MasterKeyMissing
from .file import FileMasterKey, new_master_key
from .google import GoogleMasterKey
from .remote import RemoteMasterKey
from .transit import TransitMasterKey

__all__ = [
    "PROVIDERS",
    "AwsMasterKey",
    "FileMasterKey",
    "GoogleMasterKey",
    "Keepers",
    "MasterKey",
    "MasterKeyMissing",
    "RemoteMasterKey",
    "TransitMasterKey",
    "keeper",
    "master_key",
    "new_master_key",
]

# Name -> what makes it, and the settings that it is made of.
PROVIDERS: Final[Mapping[str, tuple[Callable[..., MasterKey], Mapping[str, str]]]] = {
    "file": (FileMasterKey, {"path": "WARREN_MASTER_KEY_FILE"}),
    "aws": (
        AwsMasterKey,
        {
            "key": "WARREN_AWS_KMS_KEY",
            "region": "WARREN_AWS_REGION",
            "endpoint": "WARREN_AWS_KMS_ENDPOINT",
            "credentials": "WARREN_AWS_CREDENTIALS_FILE",
        },
    ),
    "google": (
        GoogleMasterKey,
        {
            "key": "WARREN_GOOGLE_KMS_KEY",
            "endpoint": "WARREN_GOOGLE_KMS_ENDPOINT",
            "credentials": "WARREN_GOOGLE_CREDENTIALS_FILE",
            "token_url": "WARREN_GOOGLE_TOKEN_URL",
        },
    ),
    "vault": (
        TransitMasterKey,
        {
            "key": "WARREN_VAULT_KEY",
            "mount": "WARREN_VAULT_MOUNT",
            "endpoint": "WARREN_VAULT_ADDRESS",
            "token": "WARREN_VAULT_TOKEN_FILE",
        },
    ),
}


def master_key() -> MasterKey:
    """The one of the settings, with the former ones behind it. Raises MasterKeyMissing."""
    first = keeper(settings.WARREN_MASTER_KEY_PROVIDER)
    former = [keeper(name) for name in settings.WARREN_MASTER_KEY_FORMER]
    return Keepers(first, *former) if former else first


def keeper(name: str) -> MasterKey:
    """One of PROVIDERS by its name, kept for as long as its settings stay the same."""
    if name not in PROVIDERS:
        raise MasterKeyMissing(
            f"There is no keeper of master keys called {name!r}. "
            f"WARREN_MASTER_KEY_PROVIDER is one of {', '.join(PROVIDERS)}."
        )
    return _made(name, tuple(getattr(settings, each) for each in PROVIDERS[name][1].values()))


@cache
def _made(name: str, values: tuple[Any, ...]) -> MasterKey:
    make, arguments = PROVIDERS[name]
    return make(**dict(zip(arguments, values, strict=True)))
