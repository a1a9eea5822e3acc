"""Signing in to an AT Protocol server by an app password, and what forms ask beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from .base import Credentials
from .errors import ChannelError, Outcome
from .rest import dig
from .servers import misfit
from .xrpc import Xrpc

DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]{1,200}\Z")


def tokens(answer: Mapping[str, Any]) -> Credentials:
    """What is kept of a session: who and the two tokens. No password."""
    return {name: answer[name] for name in ("did", "handle", "accessJwt", "refreshJwt")}


def open_session(xrpc: Xrpc, handle: str, password: str) -> dict[str, Any]:
    """A new session; raises ChannelError with a sentence and the `field` for the connect form."""
    body = {"identifier": handle, "password": password}
    try:
        opened = xrpc.procedure("com.atproto.server.createSession", body)
    except ChannelError as error:
        raise _login_error(error, xrpc) from error
    texts = (opened.get(name) for name in ("did", "handle", "accessJwt", "refreshJwt"))
    if not all(text and isinstance(text, str) for text in texts) or not DID.match(opened["did"]):
        raise _no_server(xrpc.server)
    if opened.get("active") is False:
        raise misfit(
            f"This account is {opened.get('status') or 'not active'} on {xrpc.server}, so nothing "
            "can be posted from it. Put that right there, then connect it again.",
            "handle",
        )
    return opened


def profile(xrpc: Xrpc, did: str, collection: str) -> tuple[str, str]:
    """Name and picture's address from the account's own profile record; blanks when it has none."""
    params = {"repo": did, "collection": collection, "rkey": "self"}
    try:
        value = xrpc.query("com.atproto.repo.getRecord", params).get("value")
    except ChannelError:
        return "", ""
    cid = dig(value, "avatar", "ref", "$link")
    query = urlencode({"did": did, "cid": cid})
    address = f"{xrpc.server}/xrpc/com.atproto.sync.getBlob?{query}" if cid else ""
    return str(dig(value, "displayName") or ""), address


def _login_error(error: ChannelError, xrpc: Xrpc) -> ChannelError:
    status = error.extra.get("http_status")
    if error.code == "AuthFactorTokenRequired":
        return misfit(
            "This is the account's own password, and it asks for a code by e-mail. Make an app "
            "password and write that here.",
            "app_password",
        )
    if error.outcome is Outcome.RATE_LIMITED:
        minutes = max(1, round((error.retry_after or 60) / 60))
        error.message = f"{xrpc.server} asks for a pause after many logins: wait {minutes} min."
        return error
    if status == 401 and error.code != "AccountTakedown":
        return misfit(
            f"{xrpc.server} does not accept this handle and app password. Check both; an app "
            "password looks like abcd-efgh-ijkl-mnop.",
            "app_password",
        )
    if error.code == "AccountTakedown":
        return error
    return _no_server(xrpc.server, error)


def _no_server(server: str, error: ChannelError | None = None) -> ChannelError:
    return ChannelError(
        f"No AT Protocol server answers at {server}: check the address, or try again in a minute.",
        permanent=error.permanent if error else True,
        retry_after=error.retry_after if error else None,
        code="no_server",
        field="server",
    )
