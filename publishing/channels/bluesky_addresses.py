"""Where things of Bluesky accounts open on the web, and where they are counted."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from .base import Payload
from .servers import is_loopback

POSTS = "app.bsky.feed.post"
DEFAULT_WEB = "https://bsky.app"
DEFAULT_APPVIEW = "https://public.api.bsky.app"


def post_address(payload: Payload, server: str) -> tuple[str, str]:
    """The at:// address, which is the post's id, and a web address that opens.

    Every public server's posts open in the web app. A server on this machine is unknown there, so
    its posts open as the record that the server itself shows.
    """
    repo, rkey = payload["repo"], payload["rkey"]
    remote_id = f"at://{repo}/{POSTS}/{rkey}"
    if not is_loopback(server):
        return remote_id, f"{_web()}/profile/{payload['handle'] or repo}/post/{rkey}"
    query = urlencode({"repo": repo, "collection": POSTS, "rkey": rkey})
    return remote_id, f"{server}/xrpc/com.atproto.repo.getRecord?{query}"


def web_address(server: str, who: str, rkey: str) -> str:
    """A person's page, or one post of theirs; "" where the web app knows nobody of the server."""
    if is_loopback(server):
        return ""
    return f"{_web()}/profile/{who}" + (f"/post/{rkey}" if rkey else "")


def profile_url(server: str, did: str, handle: str) -> str:
    if not is_loopback(server):
        return f"{_web()}/profile/{handle}"
    return f"{server}/xrpc/com.atproto.repo.describeRepo?{urlencode({'repo': did})}"


def _web() -> str:
    return str(settings.WARREN_CHANNEL_OPTIONS.get("bluesky.web", DEFAULT_WEB))


def fallback_appview(server: str) -> str:
    """Where to count when the server has no AppView: the setting, else the public one for public
    servers. An empty setting means nowhere."""
    default = "" if is_loopback(server) else DEFAULT_APPVIEW
    return str(settings.WARREN_CHANNEL_OPTIONS.get("bluesky.appview", default))
