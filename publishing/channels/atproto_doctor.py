"""What the connection doctor can know of an account on an AT Protocol server."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from .atproto import Repository, is_grant
from .atproto_video import VideoService
from .base import Finding
from .errors import ChannelError

AGAIN = "Connect the account again."


def findings(
    repository: Repository, video: VideoService, scopes: tuple[str, ...]
) -> tuple[Finding, ...]:
    """Session, account, what it may do, videos. Raises ChannelError when nothing could be asked."""
    try:
        said = repository.whoami()
    except ChannelError as error:
        if error.reconnect:
            return (Finding("token", False, error.message, AGAIN),)
        if error.permanent:
            return (Finding("account", False, error.message, "Look there what is the matter."),)
        raise
    return (
        Finding("token", True, f"The server knows the session of {said.get('handle', '')}."),
        _account(said),
        _scopes(repository, scopes),
        video.finding(),
    )


def _account(said: dict[str, Any]) -> Finding:
    if said.get("active") is False:
        status = said.get("status") or "not active"
        return Finding("account", False, f"The account is {status}.", "Activate it in the app.")
    return Finding("account", True, "The account is active.")


def _scopes(repository: Repository, scopes: tuple[str, ...]) -> Finding:
    credentials = repository.session.credentials
    if not is_grant(credentials):
        kind = _claim(credentials.get("accessJwt", ""), "scope")
        if kind == "com.atproto.access":
            return Finding(
                "scopes",
                True,
                "The account came in by its own password, which may do everything.",
                "Connect it again by the network's own page, which asks for less.",
            )
        return Finding("scopes", True, "An app password, which may post.")
    missing = [each for each in scopes if each not in credentials.get("scope", "").split()]
    if missing:
        return Finding("scopes", False, f"{', '.join(missing)} was not granted.", AGAIN)
    return Finding("scopes", True, "Everything that posting needs was granted.")


def _claim(token: str, name: str) -> Any:
    """One claim of a token (JWT), unverified; None if it is none."""
    try:
        middle = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))).get(name)
    except (IndexError, ValueError, AttributeError, binascii.Error):
        return None
