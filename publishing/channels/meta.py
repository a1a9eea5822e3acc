"""What Meta's networks have in common: Graph calls with version, usage headers and errors, and
access that is kept by exchanging it for longer access.

Source: Meta's pages "Graph API overview", "Rate Limits" and "Access Tokens" (as of 2026-11). The
token goes in a header, not in the address, so that it stands in no log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import httpx2
from django.conf import settings

from config.kernel import http

from .base import AppKeys, ChannelError, Connection, Credentials, Reading, Session
from .meta_errors import TOKENS, MetaTable, not_understood, table, usage
from .oauth import CALL_SECONDS, MAX_BYTES, OAuthChannel, refuse_denied
from .rest import Answer, Rest, dig

T = TypeVar("T")

GRAPH_VERSION = "v25.0"
"""Of early 2026, served for two years; `<slug>.version` in WARREN_CHANNEL_OPTIONS replaces it."""

MOST_PAGES = 20
ENDED = ("190", "102", "")
"""Codes of a token that has ended; other reasons to reconnect are not mended by another token."""
SIXTY_DAYS = 60 * 24 * 3600
TOKEN_TABLE = table(TOKENS)


class MetaChannel(OAuthChannel):
    """Meta's consent pages know no PKCE for apps that have a secret, so there is none."""

    retry_table: ClassVar[MetaTable]
    pkce = ""
    scope_separator = ","
    lifetime_seconds = SIXTY_DAYS
    version: ClassVar[str] = GRAPH_VERSION

    # The way in

    def accept(
        self,
        answer: Mapping[str, str],
        kept: Mapping[str, Any],
        *,
        redirect_uri: str,
        app: AppKeys | None,
    ) -> tuple[Connection, ...]:
        refuse_denied(self.label, answer)
        app = self.app_needed(app)
        name, path = self.token_at
        form = {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            # Instagram and Threads append "#_" to the code.
            "code": answer.get("code", "").removesuffix("#_"),
        }
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            brief = self.ask(client, name, "POST", path, form)
            longer = self.lengthen(client, str(brief["access_token"]), app)
            tokens = self.tokens({**brief, **longer}, {})
            granted = self.scopes_of(client, tokens, app, brief)
            if granted is not None:
                tokens = {**tokens, "scope": ",".join(granted)}
        self.refuse_missing_scopes(tokens)
        return self.connections(tokens, app)

    def lengthen(self, client: httpx2.Client, token: str, app: AppKeys) -> Mapping[str, Any]:
        """A token of about sixty days for a fresh one of about an hour."""
        raise ChannelError(f"{self.label} has no longer access to offer.", permanent=True)

    def scopes_of(
        self, client: httpx2.Client, tokens: Credentials, app: AppKeys, told: Mapping[str, Any]
    ) -> tuple[str, ...] | None:
        """What was really granted; None where the network does not say."""
        return None

    def ask(
        self,
        client: httpx2.Client,
        host: str,
        method: str,
        path: str,
        fields: Mapping[str, str],
        *,
        needs: str = "access_token",
    ) -> Mapping[str, Any]:
        """One question about tokens. It makes no post, so what is unclear may be asked again."""
        rest = self.rest(client, host, table=TOKEN_TABLE, reads_error=TOKEN_TABLE.read)
        answer = rest.get(path, fields) if method == "GET" else rest.call(method, path, data=fields)
        body = answer.body
        if isinstance(body, dict) and isinstance(body.get("data"), list) and body["data"]:
            body = body["data"][0]
        if not isinstance(body, dict) or not body.get(needs):
            raise not_understood(self.label)
        return body

    def can_renew(self, credentials: Credentials) -> bool:
        """A token is its own means of renewal, while it lasts."""
        return bool(credentials.get("access_token"))

    def renewal_helps(self, error: ChannelError) -> bool:
        return error.reconnect and error.code in ENDED

    # Calls

    def graph(self, client: httpx2.Client, token: str, session: Session | None = None) -> Rest:
        rest = self.rest(client, "api", reads_error=self.retry_table.read).with_token(token)
        version = settings.WARREN_CHANNEL_OPTIONS.get(f"{self.slug}.version", self.version)

        def note(headers: Mapping[str, str]) -> None:
            share = usage(headers)
            if session is not None and share is not None:
                session.read_quota(Reading("share of calls", 100, share))

        return replace(rest, base=f"{rest.base}/{version}", on_headers=note)

    def calling(self, session: Session, call: Callable[[Rest], T]) -> T:
        return self.with_access(
            session, lambda token: call(self.graph(session.http, token, session))
        )

    def listed(self, api: Rest, path: str, fields: str, **more: str) -> Iterator[Mapping[str, Any]]:
        """Rows of an edge, page after page."""
        params = {"fields": fields, "limit": "100", **more}
        for _ in range(MOST_PAGES):
            answer = api.get(path, params)
            yield from (row for row in rows_of(self.label, answer) if dig(row, "id"))
            after = dig(answer.body, "paging", "cursors", "after")
            if not after or not dig(answer.body, "paging", "next"):
                return
            params = {**params, "after": str(after)}
        raise ChannelError(f"{self.label} lists too much to look through.", code="too_much")


def rows_of(label: str, answer: Answer) -> list[Any]:
    rows = answer.dig("data")
    if not isinstance(rows, list):
        raise not_understood(label)
    return rows
