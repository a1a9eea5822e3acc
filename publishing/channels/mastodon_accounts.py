"""The way into an account on a Mastodon server, where Warren registers itself each time."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import httpx2

from config.kernel import clock, http

from .base import AppKeys, Authorization, Connection, Credentials, Session
from .errors import ChannelError
from .mastodon_server import account_key, read_error, settings_of
from .oauth import CALL_SECONDS, MAX_BYTES, TOKENS, OAuthChannel, challenge, refuse_denied
from .rest import Rest
from .servers import misfit, server_address

EXAMPLE = "mastodon.social"
APP_NAME = "Warren"


class ServerAccounts(OAuthChannel):
    """The half of the channel that connects accounts and keeps them connected."""

    needs_app: ClassVar[bool] = False
    authorize_at = ("server", "/oauth/authorize")
    token_at = ("server", "/oauth/token")

    def authorization(
        self, *, values: Mapping[str, str], state: str, redirect_uri: str, app: AppKeys | None
    ) -> Authorization:
        """Register Warren on the server that was named, and send the person to it."""
        if not values.get("server", "").strip():
            raise misfit(f"Write the account's server, for example {EXAMPLE}.", "server")
        server = server_address(values["server"].strip(), EXAMPLE)
        ours = self._register(server, redirect_uri)
        verifier = secrets.token_urlsafe(48)
        query = {
            "response_type": "code",
            "client_id": ours.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.scopes),
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        kept = {
            "server": server,
            "client_id": ours.client_id,
            "client_secret": ours.client_secret,
            "verifier": verifier,
        }
        return Authorization(f"{server}/oauth/authorize?{urlencode(query)}", kept)

    def accept(
        self,
        answer: Mapping[str, str],
        kept: Mapping[str, Any],
        *,
        redirect_uri: str,
        app: AppKeys | None,
    ) -> tuple[Connection, ...]:
        refuse_denied(self.label, answer)
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": redirect_uri,
            "code_verifier": kept["verifier"],
            "scope": " ".join(self.scopes),
        }
        with _door() as client:
            told = self._ask_server(client, kept["server"], form, _keys(kept))
        tokens = self.tokens(told, {name: kept[name] for name in ("client_id", "client_secret")})
        self.refuse_missing_scopes(tokens)
        return self.connections({**tokens, "server": kept["server"]}, None)

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        server = tokens.pop("server")
        with _door() as client:
            rest = self.on(client, server).with_token(tokens["access_token"])
            who = rest.get("/api/v1/accounts/verify_credentials")
            if not who.dig("id") or not who.dig("acct"):
                raise rest.unreadable(who)
            taken = settings_of(rest.get("/api/v2/instance"))
        host = urlsplit(server).netloc
        return (
            Connection(
                remote_id=account_key(server, str(who.dig("id"))),
                name=who.dig("display_name") or who.dig("username") or "",
                handle=f"{who.dig('acct')}@{host}",
                profile_url=str(who.dig("url") or server),
                avatar_url=str(who.dig("avatar") or ""),
                credentials=tokens,
                server=server,
                settings=taken,
                scopes=self.granted(tokens),
            ),
        )

    def missing_scopes(self, granted: tuple[str, ...]) -> tuple[str, ...]:
        """A scope contains those that are spelled after it with a colon."""
        return tuple(
            each
            for each in self.scopes
            if each not in granted and each.partition(":")[0] not in granted
        )

    def exchange(self, stale: Credentials, session: Session) -> Credentials:
        """Most servers give tokens that never end; this is for those that do otherwise."""
        form = {"grant_type": "refresh_token", "refresh_token": stale["refresh_token"]}
        told = self._ask_server(session.http, session.server, form, _keys(stale))
        return self.tokens(told, stale)

    def revoke(self, session: Session) -> None:
        keys = _keys(session.credentials)
        form = {
            "client_id": keys.client_id,
            "client_secret": keys.client_secret,
            "token": session.credentials["access_token"],
        }
        self.on(session.http, session.server).call("POST", "/oauth/revoke", data=form)

    # Calls

    def _register(self, server: str, redirect_uri: str) -> AppKeys:
        form = {
            "client_name": APP_NAME,
            "redirect_uris": redirect_uri,
            "scopes": " ".join(self.scopes),
        }
        try:
            with _door() as client:
                told = self.on(client, server).call("POST", "/api/v1/apps", data=form)
        except ChannelError as error:
            raise _no_server(server, error) from error
        if not told.dig("client_id") or not told.dig("client_secret"):
            raise _no_server(server)
        return AppKeys(str(told.dig("client_id")), str(told.dig("client_secret")))

    def _ask_server(
        self, client: httpx2.Client, server: str, form: Mapping[str, str], app: AppKeys
    ) -> Mapping[str, Any]:
        rest = replace(self.on(client, server), table=TOKENS)
        fields = {**form, "client_id": app.client_id, "client_secret": app.client_secret}
        return self.read_tokens(rest, rest.call("POST", "/oauth/token", data=fields))

    def on(self, client: httpx2.Client, server: str) -> Rest:
        return Rest(
            client, server, self.retry_table, self.label, clock.now(), reads_error=read_error
        )


def _door() -> httpx2.Client:
    return http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES)


def _keys(kept: Mapping[str, Any]) -> AppKeys:
    return AppKeys(str(kept["client_id"]), str(kept["client_secret"]))


def _no_server(server: str, error: ChannelError | None = None) -> ChannelError:
    return ChannelError(
        f"No Mastodon server answers at {server}: check the address, or try again in a minute.",
        permanent=error is None or error.permanent,
        retry_after=error.retry_after if error else None,
        code="no_server",
        field="server",
    )
