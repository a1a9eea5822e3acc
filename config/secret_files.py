"""Secrets that Warren makes for itself at the first run, readable by their owner only."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

# A secret that Warren made for itself says so, and production refuses it wherever it turns up.
DEVELOPMENT_MARK: Final = "development-"


def made_secret(folder: Path, name: str, make: Callable[[], str]) -> str:
    """Read a secret that Warren keeps for itself, or make it, with mode 0600.

    Two processes may start at once: the file is linked into place whole, and the loser reads the
    winner's.
    """
    file = folder / name
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(make() + "\n")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="utf-8").strip()


def new_secret_key() -> str:
    return DEVELOPMENT_MARK + secrets.token_urlsafe(48)


def new_master_key() -> str:
    """32 random bytes for AES-256, as URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
