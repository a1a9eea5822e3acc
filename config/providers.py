"""Sign-in providers that the environment names, in the words of allauth."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from . import env


def from_environment() -> dict[str, dict[str, Any]]:
    """What SOCIALACCOUNT_PROVIDERS holds: a provider without a client id is not there."""
    providers: dict[str, dict[str, Any]] = {}
    if client_id := env.GOOGLE_CLIENT_ID.get():
        secret = env.GOOGLE_CLIENT_SECRET.get()
        providers["google"] = {
            "SCOPE": ["openid", "email", "profile"],
            "OAUTH_PKCE_ENABLED": True,
            "FETCH_USERINFO": False,
            "APPS": [{"client_id": client_id, "secret": secret, "name": "Google"}],
        }
    if env.OIDC_SERVER.get() and env.OIDC_CLIENT_ID.get():
        providers["openid_connect"] = {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": env.OIDC_NAME.get(),
                    "client_id": env.OIDC_CLIENT_ID.get(),
                    "secret": env.OIDC_CLIENT_SECRET.get(),
                    "settings": {"server_url": env.OIDC_SERVER.get().rstrip("/")},
                }
            ],
        }
    return providers


def pages() -> list[str]:
    """Origins to which the browser may be led from a form, for the content security policy."""
    origins = ["https://accounts.google.com"] if env.GOOGLE_CLIENT_ID.get() else []
    if env.OIDC_SERVER.get() and env.OIDC_CLIENT_ID.get():
        server = urlsplit(env.OIDC_SERVER.get())
        origins += [f"{server.scheme}://{server.netloc}", *env.OIDC_PAGES.get()]
    return origins
