"""Instagram, business and creator accounts, by their own login and without a Facebook page.

Class B by containers, see meta_publishing. Access of sixty days is its own means of renewal once it
is a day old. Meta fetches pictures and videos itself, so this installation needs a public address.

Source: Meta's pages "Business Login for Instagram", "Instagram API with Instagram Login" and those
named in instagram_posts, as of 2026-11. Not verified against the live service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from django.conf import settings

from config.kernel import http

from .base import AppKeys, Connection, Credentials, Finding, Session
from .instagram_posts import WEB, InstagramPosts
from .meta_errors import not_understood
from .oauth import CALL_SECONDS, MAX_BYTES, expires_at

PROFILE = "user_id,username,name,profile_picture_url,account_type"


class InstagramLogin(InstagramPosts):
    slug = "instagram_login"
    label = "Instagram by own login"
    icon = "img/channels/instagram_login.svg"
    app_name = "instagram_login"
    writing_order = 31
    scopes = (
        "instagram_business_basic",
        "instagram_business_content_publish",
        "instagram_business_manage_comments",
        "instagram_business_manage_insights",
    )
    scope_words = {  # noqa: RUF012
        "instagram_business_basic": "see the professional account and its posts",
        "instagram_business_content_publish": "publish posts, reels and stories",
        "instagram_business_manage_comments": "write first comments",
        "instagram_business_manage_insights": "read how posts do",
    }
    reads_comments = "instagram_business_manage_comments"
    reads_messages = "instagram_business_manage_messages"
    hosts = {
        "web": WEB,
        "token": "https://api.instagram.com",
        "api": "https://graph.instagram.com",
    }
    authorize_at = ("web", "/oauth/authorize")
    token_at = ("token", "/oauth/access_token")

    def lengthen(self, client: httpx2.Client, token: str, app: AppKeys) -> Mapping[str, Any]:
        fields = {
            "grant_type": "ig_exchange_token",
            "client_secret": app.client_secret,
            "access_token": token,
        }
        return self.ask(client, "api", "GET", "/access_token", fields)

    def scopes_of(
        self, client: httpx2.Client, tokens: Credentials, app: AppKeys, told: Mapping[str, Any]
    ) -> tuple[str, ...] | None:
        """Told with the first token, as a list or with commas between."""
        granted = told.get("permissions")
        if isinstance(granted, str):
            return tuple(granted.replace(",", " ").split())
        return tuple(str(each) for each in granted) if isinstance(granted, list) else None

    def exchange(self, stale: Credentials, session: Session) -> Credentials:
        fields = {"grant_type": "ig_refresh_token", "access_token": stale["access_token"]}
        told = self.ask(session.http, "api", "GET", "/refresh_access_token", fields)
        return self.tokens(told, stale)

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            person = self.graph(client, tokens["access_token"]).get("/me", {"fields": PROFILE})
        if not person.dig("user_id"):
            raise not_understood(self.label)
        username = str(person.dig("username") or "")
        return (
            Connection(
                remote_id=str(person.dig("user_id")),
                name=str(person.dig("name") or username or self.label),
                handle=username,
                profile_url=f"{WEB}/{username}",
                avatar_url=str(person.dig("profile_picture_url") or ""),
                credentials=tokens,
                scopes=self.granted(tokens),
                expires_at=expires_at(tokens),
            ),
        )

    def mailbox(self, session: Session) -> str:
        return session.account.remote_id

    def asked_scopes(self) -> tuple[str, ...]:
        """An operator whose app may have more names it as `instagram_login.extra_scopes`."""
        extra = str(settings.WARREN_CHANNEL_OPTIONS.get(f"{self.slug}.extra_scopes", ""))
        return (*self.scopes, *extra.split())

    def probe(self, session: Session) -> tuple[Finding, ...]:
        person = self.calling(session, lambda api: api.get("/me", {"fields": PROFILE}))
        if not person.dig("user_id"):
            raise not_understood(self.label)
        kind = str(person.dig("account_type") or "")
        return (
            Finding("token", True, "The access works."),
            self.scope_finding(session),
            Finding("role", True, "It is a professional account.")
            if kind in ("", "BUSINESS", "MEDIA_CREATOR", "CREATOR")
            else Finding(
                "role",
                False,
                f"The account is of the kind {kind.lower()} now.",
                "Switch it to a professional account in Instagram's settings.",
            ),
            self.quota_finding(session),
        )
