"""Who keeps the master key, and how each keeper is reached. Read through env.py."""

from __future__ import annotations

from pathlib import Path

from .variables import Setting, path, words

# fmt: off

_group = "Secrets (made in var/ at the first run; production wants its own)"
MASTER_KEY_PROVIDER = Setting(
    "WARREN_MASTER_KEY_PROVIDER", str, "file",
    "Who keeps the master key: file, aws (KMS), google (Cloud KMS) or vault (Vault's transit).",
    group=_group,
)
MASTER_KEY_FORMER = Setting[tuple[str, ...]](
    "WARREN_MASTER_KEY_FORMER", words, (),
    "Former keepers that may still unwrap, separated by commas, until rotate_keys master has run.",
    group=_group,
)
AWS_KMS_KEY = Setting(
    "WARREN_AWS_KMS_KEY", str, "", "ARN, id or alias of the KMS key.", group=_group
)
AWS_REGION = Setting(
    "WARREN_AWS_REGION", str, "us-east-1", "Region of the KMS key.", group=_group
)
AWS_KMS_ENDPOINT = Setting(
    "WARREN_AWS_KMS_ENDPOINT", str, "",
    "Another address of KMS, such as that of a private endpoint.",
    group=_group,
)
AWS_CREDENTIALS_FILE = Setting[Path | None](
    "WARREN_AWS_CREDENTIALS_FILE", path, None,
    "File with [default], aws_access_key_id, aws_secret_access_key and perhaps aws_session_token; "
    "read again for each call.",
    group=_group,
)
GOOGLE_KMS_KEY = Setting(
    "WARREN_GOOGLE_KMS_KEY", str, "",
    "Resource name of the key: projects/…/locations/…/keyRings/…/cryptoKeys/…",
    group=_group,
)
GOOGLE_KMS_ENDPOINT = Setting(
    "WARREN_GOOGLE_KMS_ENDPOINT", str, "", "Another address of Cloud KMS.", group=_group
)
GOOGLE_CREDENTIALS_FILE = Setting[Path | None](
    "WARREN_GOOGLE_CREDENTIALS_FILE", path, None,
    "The JSON key of a service account that may encrypt and decrypt with the key.",
    group=_group,
)
GOOGLE_TOKEN_URL = Setting(
    "WARREN_GOOGLE_TOKEN_URL", str, "",
    "Instead of a JSON key: the metadata server's address that gives this machine its tokens.",
    group=_group,
)
VAULT_ADDRESS = Setting(
    "WARREN_VAULT_ADDRESS", str, "", "Address of Vault: https://vault.internal:8200", group=_group
)
VAULT_KEY = Setting("WARREN_VAULT_KEY", str, "warren", "Name of the transit key.", group=_group)
VAULT_MOUNT = Setting(
    "WARREN_VAULT_MOUNT", str, "transit", "Where the transit engine is mounted.", group=_group
)
VAULT_TOKEN_FILE = Setting[Path | None](
    "WARREN_VAULT_TOKEN_FILE", path, None,
    "File with Vault's token, read again for each call, so that an agent may renew it.",
    group=_group,
)

# fmt: on
