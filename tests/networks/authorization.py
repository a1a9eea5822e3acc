"""An authorization server as RFC 6749 and RFC 7636 describe one, and a made-up network behind it.

Real HTTP, and a consent page that a person can use in a browser. Refresh tokens are good for one
use: an old one that comes again ends everything that was granted with it, as strict servers do.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any, ClassVar
from urllib.parse import urlencode

from config.kernel.clock import now
from organizations.services.app_settings import app_settings
from publishing.channels.base import (
    AccountFacts,
    AppKeys,
    ChannelError,
    Connection,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Limits,
    Payload,
    Published,
    Reading,
    Session,
)
from publishing.channels.oauth import OAuthChannel, expires_at
from publishing.channels.registry import channels
from publishing.models import SocialAccount
from publishing.services.networks import declared_apps

from .base import Network, Reply, Request, route

CLIENT = AppKeys("warren", "the app's own secret")
SCOPES = ("read", "write")


@dataclass(slots=True)
class Grant:
    """What one consent allowed, and the tokens that stand for it now."""

    scope: str
    account: str
    access: str = ""
    refresh: str = ""
    old: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Code:
    challenge: str
    redirect_uri: str
    scope: str


class AuthorizationServer(Network):
    """`accounts` are (id, name) that a consent opens; `grants_only` narrows what is granted."""

    accounts: tuple[tuple[str, str], ...] = (("1", "Harbour Boats"),)
    grants_only: str = ""
    lifetime_seconds = 3600
    sends_refresh_token = True

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, Code] = {}
        self.grants: list[Grant] = []
        self.revoked: list[str] = []

    # The pages that people see

    @route("GET", "/authorize")
    def ask(self, request: Request) -> Reply:
        asked = dict(request.query)
        if asked.get("client_id") != CLIENT.client_id or asked.get("response_type") != "code":
            return Reply(400, "<h1>This app is not known here</h1>")
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in asked.items()
        )
        return Reply(
            200,
            "<!doctype html><html lang=en><title>Let Warren in?</title>"
            f"<h1>Let Warren in?</h1><p>It asks for: {escape(asked['scope'])}</p>"
            f'<form method="post" action="/authorize">{hidden}'
            '<button name="said" value="yes">Allow</button>'
            '<button name="said" value="no">Deny</button></form></html>',
        )

    @route("POST", "/authorize")
    def decide(self, request: Request) -> Reply:
        asked = request.form
        return self.send_back(asked, allow=asked["said"] == "yes")

    def send_back(self, asked: dict[str, str], *, allow: bool = True) -> Reply:
        answer = {"state": asked["state"]}
        if allow:
            code = secrets.token_urlsafe(8)
            self.codes[code] = Code(
                asked.get("code_challenge", ""),
                asked["redirect_uri"],
                self.grants_only or asked["scope"],
            )
            answer["code"] = code
        else:
            answer |= {"error": "access_denied", "error_description": "The person said no"}
        return Reply(302, None, {"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    # The token endpoint

    @route("POST", "/token")
    def token(self, request: Request) -> Reply:
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != (
            CLIENT.client_id,
            CLIENT.client_secret,
        ):
            return Reply(401, {"error": "invalid_client"})
        if form.get("grant_type") == "authorization_code":
            return self._exchange(form)
        return self._renew(form.get("refresh_token", ""))

    def _exchange(self, form: dict[str, str]) -> Reply:
        code = self.codes.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if (
            code is None
            or code.challenge != challenge
            or code.redirect_uri != form.get("redirect_uri")
        ):
            return Reply(400, {"error": "invalid_grant", "error_description": "Unknown code"})
        grant = Grant(code.scope, self.accounts[0][0])
        self.grants.append(grant)
        return self._tokens(grant)

    def _renew(self, token: str) -> Reply:
        with self.lock:
            grant = next((each for each in self.grants if token == each.refresh and token), None)
            if grant is not None:
                return self._tokens(grant)
            for each in self.grants:
                if token in each.old:
                    self.end(each)
        return Reply(400, {"error": "invalid_grant", "error_description": "Token was replayed"})

    def _tokens(self, grant: Grant) -> Reply:
        grant.old.add(grant.refresh)
        grant.access = f"access-{secrets.token_hex(6)}"
        grant.refresh = f"refresh-{secrets.token_hex(6)}"
        told = {
            "access_token": grant.access,
            "token_type": "Bearer",
            "expires_in": self.lifetime_seconds,
            "scope": grant.scope,
        }
        if self.sends_refresh_token:
            told["refresh_token"] = grant.refresh
        return Reply(200, told)

    def connected(self) -> SocialAccount:
        """An account that was let in just now; call it inside of an organization."""
        grant = Grant(self.grants_only or " ".join(SCOPES), self.accounts[0][0])
        self.grants.append(grant)
        kept = Quayside().tokens(self._tokens(grant).body, {})
        return SocialAccount.objects.create(
            platform=Quayside.slug,
            remote_id=grant.account,
            name=self.accounts[0][1],
            handle="harbour",
            credentials=kept,
            scopes=grant.scope.split(),
            token_expires_at=expires_at(kept),
            last_refresh_at=now(),
            due_at=now(),
        )

    def end(self, grant: Grant) -> None:
        """As if the person had taken the access back over there."""
        grant.old.add(grant.refresh)
        grant.access = grant.refresh = ""

    @route("POST", "/revoke")
    def revoke(self, request: Request) -> Reply:
        token = request.form.get("token", "")
        self.revoked.append(token)
        for grant in self.grants:
            if token and token in (grant.access, grant.refresh):
                self.end(grant)
        return Reply(200, {})

    # The network behind it

    def grant_of(self, request: Request) -> Grant | None:
        return next((each for each in self.grants if each.access == request.token != ""), None)

    @route("GET", "/accounts")
    def own_accounts(self, request: Request) -> Reply:
        if self.grant_of(request) is None:
            return Reply(401, {"error": "invalid_token"})
        return Reply(200, [{"id": pk, "name": name} for pk, name in self.accounts])

    @route("GET", "/scope")
    def own_scope(self, request: Request) -> Reply:
        grant = self.grant_of(request)
        return Reply(200, {"scope": grant.scope}) if grant else Reply(401, {"error": "ended"})


class Quayside(OAuthChannel):
    """A network of the tests that is connected by consent alone."""

    slug = "quayside"
    label = "Quayside"
    icon = ""
    delivery_class = DeliveryClass.D
    limits = Limits(max_characters=500)
    hosts: ClassVar[dict[str, str]] = {"api": "https://quayside.invalid"}
    authorize_at = ("api", "/authorize")
    token_at = ("api", "/token")
    revoke_at = ("api", "/revoke")
    scopes = SCOPES
    scope_words: ClassVar[dict[str, str]] = {"write": "publish posts"}
    help_url = "https://quayside.invalid/apps"
    option_fields = (
        CredentialField("pier", "Pier", required=False),
        CredentialField(
            "audience", "Who sees it", default="all", choices=(("all", "All"), ("crew", "The crew"))
        ),
    )

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        from config.kernel import http

        with http.client(timeout_seconds=5, max_bytes=100_000) as client:
            rest = self.rest(client, "api").with_token(tokens["access_token"])
            found = rest.get("/accounts").body
        return tuple(
            Connection(
                remote_id=each["id"],
                name=each["name"],
                handle=each["name"].split()[0].lower(),
                profile_url=f"https://quayside.invalid/{each['id']}",
                avatar_url="",
                credentials=tokens,
                scopes=self.granted(tokens),
                expires_at=expires_at(tokens),
                settings={"pier": "the first one"},
            )
            for each in found
        )

    def probe(self, session: Session) -> tuple[Finding, ...]:
        def ask(token: str) -> Any:
            return self.rest(session.http, "api").with_token(token).get("/scope").dig("scope")

        granted = str(self.with_access(session, ask)).split()
        session.read_quota(Reading("calls", 100, 7))
        missing = [each for each in self.scopes if each not in granted]
        if missing:
            says = f"It may not do everything: {', '.join(missing)} is missing."
            return (
                Finding("token", True, "It lets Warren in."),
                Finding("scopes", False, says, "Connect again and leave every box ticked."),
            )
        return (
            Finding("token", True, "It lets Warren in."),
            Finding("scopes", True, "Everything that posting needs is allowed."),
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: Any
    ) -> Payload:
        return {"text": self.compose(draft)}

    def publish(self, payload: Payload, session: Session) -> Published:
        raise ChannelError("Nobody publishes here.")


@contextmanager
def quayside(settings: Any) -> Iterator[AuthorizationServer]:
    """The network is there, registered as a channel, and the operator has entered the app."""
    with AuthorizationServer() as server:
        assert isinstance(server, AuthorizationServer)
        settings.WARREN_CHANNEL_OPTIONS = {
            **settings.WARREN_CHANNEL_OPTIONS,
            "quayside.api": server.address,
            "quayside.client_id": CLIENT.client_id,
            "quayside.client_secret": CLIENT.client_secret,
        }
        channels.register(Quayside.slug, Quayside())
        for each in declared_apps([channels["quayside"]]):
            app_settings.register(each.key, each)
        try:
            yield server
        finally:
            channels.unregister(Quayside.slug)
            for part in ("client_id", "client_secret"):
                app_settings.unregister(f"quayside_{part}")
