"""OAuth 2 as platforms speak it: authorization code with state and PKCE, and renewal (RFC 6749,
RFC 7636). A platform says its addresses, its scopes and its oddities; the rest is here."""

from __future__ import annotations

import base64
import hashlib
import secrets
from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode

import httpx2

from config.kernel import clock, http

from .base import Channel, Session, renew
from .errors import UNPARSABLE, ChannelError, Outcome, RetryTable, Rule, before_sending
from .rest import Answer, ErrorReader, Rest, count, read_error
from .shapes import AppKeys, Authorization, Connection, Credentials, Finding

T = TypeVar("T")

CALL_SECONDS = 20
MAX_BYTES = 2_000_000

TOKEN_RULES = {
    (None, "invalid_grant"): Rule(Outcome.RECONNECT),
    (None, "invalid_client"): Rule(
        Outcome.REFUSED,
        "{label} does not know this installation's app any more. Its operator has to check the "
        "app's id and secret.",
    ),
    (None, "unauthorized_client"): Rule(
        Outcome.REFUSED,
        "{label} does not let this installation's app do that. Its operator has to check the app.",
    ),
    (429, None): Rule(Outcome.RATE_LIMITED),
    # A token endpoint makes no posts: what is unclear there may simply be asked again.
    (401, None): Rule(Outcome.RECONNECT),
}


class OAuthChannel(Channel):
    """A channel whose accounts are opened by the platform's own consent page."""

    needs_app: ClassVar[bool] = True
    authorize_at: ClassVar[tuple[str, str]]
    """(name in `hosts`, path)."""
    token_at: ClassVar[tuple[str, str]]
    revoke_at: ClassVar[tuple[str, str] | None] = None
    pkce: ClassVar[str] = "S256"
    """S256; "hex" for a challenge in hexadecimal; "" where the platform refuses one."""
    client_auth: ClassVar[str] = "body"
    """How the app proves itself at the token endpoint: "body" or "basic"."""
    client_id_name: ClassVar[str] = "client_id"
    scope_separator: ClassVar[str] = " "
    authorize_params: ClassVar[Mapping[str, str]] = {}
    token_headers: ClassVar[Mapping[str, str]] = {}
    lifetime_seconds: ClassVar[int | None] = None
    """Of an access token, where the platform does not say; None if such a token does not end."""

    @abstractmethod
    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        """The accounts that these tokens open. `connection` fills the common parts."""

    # The way in

    def authorization(
        self, *, values: Mapping[str, str], state: str, redirect_uri: str, app: AppKeys | None
    ) -> Authorization:
        app = self.app_needed(app)
        verifier = secrets.token_urlsafe(48)
        query = {
            "response_type": "code",
            self.client_id_name: app.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.scope_separator.join(self.asked_scopes()),
            "state": state,
            **self.authorize_params,
        }
        if self.pkce:
            query |= {
                "code_challenge": challenge(verifier, self.pkce),
                "code_challenge_method": "S256",
            }
        name, path = self.authorize_at
        return Authorization(f"{self.at(name)}{path}?{urlencode(query)}", {"verifier": verifier})

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
        form = {
            "grant_type": "authorization_code",
            "code": answer.get("code", ""),
            "redirect_uri": redirect_uri,
        }
        if self.pkce:
            form["code_verifier"] = kept["verifier"]
        tokens = self.tokens(self.ask_for_tokens(form, app), {})
        self.refuse_missing_scopes(tokens)
        return self.connections(tokens, app)

    def app_needed(self, app: AppKeys | None) -> AppKeys:
        if app is None:
            raise ChannelError(
                f"This installation has no app at {self.label} yet, so no account can be connected "
                "there. Its operator registers one and enters its id and secret in the admin under "
                "App settings.",
                permanent=True,
                code="no_app",
            )
        return app

    # Tokens

    def ask_for_tokens(
        self, form: Mapping[str, str], app: AppKeys, *, client: httpx2.Client | None = None
    ) -> Mapping[str, Any]:
        """One question to the token endpoint. Ambiguity there is not-sent: it makes no post."""
        fields, headers = self.proven(form, app)
        name, path = self.token_at
        if client is not None:
            rest = self.rest(client, name, table=TOKENS, headers=headers)
            answer = rest.call("POST", path, data=fields)
        else:
            with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as opened:
                rest = self.rest(opened, name, table=TOKENS, headers=headers)
                answer = rest.call("POST", path, data=fields)
        return self.read_tokens(rest, answer)

    def read_tokens(self, rest: Rest, answer: Answer) -> Mapping[str, Any]:
        if not isinstance(answer.body, dict) or not answer.body.get("access_token"):
            code, detail = read_error(answer.status, answer.body)
            # Only a refusal that says so ends an account's access; an empty body says nothing.
            raise before_sending(rest.refuse(answer, code or UNPARSABLE, detail), self.label)
        return answer.body

    def proven(
        self, form: Mapping[str, str], app: AppKeys
    ) -> tuple[dict[str, str], dict[str, str]]:
        """A form and its headers with the app's proof of itself, as the token endpoint wants it."""
        headers = {"Accept": "application/json", **self.token_headers}
        fields = {**form, self.client_id_name: app.client_id}
        if self.client_auth == "basic":
            pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        elif app.client_secret:
            fields["client_secret"] = app.client_secret
        return fields, headers

    def tokens(self, told: Mapping[str, Any], before: Credentials) -> Credentials:
        """What is stored of a token endpoint's answer. What it leaves out, above all a refresh
        token, stays as it was."""
        issued = clock.now()
        lifetime = count(told.get("expires_in")) or self.lifetime_seconds
        fresh = {
            "access_token": told["access_token"],
            "refresh_token": told.get("refresh_token") or before.get("refresh_token", ""),
            "scope": told.get("scope") or before.get("scope", ""),
            "issued_at": issued.isoformat(),
            "expires_at": (issued + timedelta(seconds=lifetime)).isoformat() if lifetime else "",
        }
        return {**before, **fresh}

    def renew(self, session: Session) -> datetime | None:
        """Renew now, whatever time is left. Source of the rules: specification 2c, reliability 1.3.

        Raises ChannelError: reconnect when the platform recognisably refuses or there is nothing to
        renew with, not-sent for everything else, so that no network blip disconnects an account.
        """
        fresh = renew(session, session.credentials, lambda stale: self.exchange(stale, session))
        return expires_at(fresh)

    def exchange(self, stale: Credentials, session: Session) -> Credentials:
        """Fresh credentials for stale ones; overridden where a platform renews otherwise."""
        if not stale.get("refresh_token"):
            raise ChannelError(
                f"The access to {self.label} has ended and cannot be renewed. Connect the account "
                "again.",
                reconnect=True,
                code="no_refresh_token",
            )
        form = {"grant_type": "refresh_token", "refresh_token": stale["refresh_token"]}
        app = self.app_needed(session.app)
        return self.tokens(self.ask_for_tokens(form, app, client=session.http), stale)

    def can_renew(self, credentials: Credentials) -> bool:
        """Whether there is anything to renew with; overridden where a token renews itself."""
        return bool(credentials.get("refresh_token"))

    def revoke(self, session: Session) -> None:
        """Tell the platform that the access is no longer wanted (RFC 7009), where it can be told.

        The refresh token is named where there is one: ending it ends all that came of it.
        """
        if self.revoke_at is None:
            return
        kept, app = session.credentials, self.app_needed(session.app)
        kind = "refresh_token" if kept.get("refresh_token") else "access_token"
        form = {"token": kept.get(kind, ""), "token_type_hint": kind}
        fields, headers = self.proven(form, app)
        name, path = self.revoke_at
        self.rest(session.http, name, table=TOKENS).call("POST", path, data=fields, headers=headers)

    def renewal_helps(self, error: ChannelError) -> bool:
        """Whether a refused call may pass with a renewed token; not where a right is missing."""
        return error.reconnect

    def access_token(self, session: Session) -> str:
        """The token to call with, renewed first when two thirds of its life are over. One that
        cannot be renewed is used until it ends."""
        if is_ending(session.credentials, session.now) and self.can_renew(session.credentials):
            self.renew(session)
        return str(session.credentials["access_token"])

    def with_access(self, session: Session, call: Callable[[str], T]) -> T:
        """Make a call with a token; once more with a renewed one when the platform says that the
        first has ended. A refused token means that nothing was done."""
        token = self.access_token(session)
        try:
            return call(token)
        except ChannelError as error:
            if not self.renewal_helps(error) or not self.can_renew(session.credentials):
                raise
            # Another worker may have renewed it meanwhile; then this just takes that one.
            self.renew(session)
            return call(str(session.credentials["access_token"]))

    # Scopes

    def asked_scopes(self) -> tuple[str, ...]:
        """What the consent page asks for: what posting needs, and what an app may have beyond."""
        return self.scopes

    def granted(self, tokens: Credentials) -> tuple[str, ...]:
        """Scopes that the platform says it granted; those asked for when it does not say."""
        told = str(tokens.get("scope") or "")
        return tuple(told.replace(",", " ").split()) or self.scopes

    def missing_scopes(self, granted: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in self.scopes if each not in granted)

    def refuse_missing_scopes(self, tokens: Credentials) -> None:
        if missing := self.missing_scopes(self.granted(tokens)):
            raise ChannelError(
                f"{self.label} did not grant everything that posting needs: "
                f"{', '.join(missing)} is missing. Connect again and leave every box ticked.",
                permanent=True,
                code="scopes_missing",
            )

    def scope_finding(self, session: Session, told: Credentials | None = None) -> Finding:
        """What the doctor says of the scopes that stand granted: as the platform has `told` just
        now, else as when the account was connected."""
        missing = self.missing_scopes(self.granted(told or session.credentials))
        if not missing:
            return Finding("scopes", True, "Everything that posting needs was granted.")
        return Finding(
            "scopes",
            False,
            f"{self.label} did not grant {', '.join(missing)}.",
            "Connect the account again and leave every box ticked.",
        )

    # Calls

    def rest(
        self,
        client: httpx2.Client,
        host: str,
        *,
        table: RetryTable | None = None,
        headers: Mapping[str, str] | None = None,
        reads_error: ErrorReader = read_error,
    ) -> Rest:
        return Rest(
            client,
            self.at(host),
            table or self.retry_table,
            self.label,
            clock.now(),
            headers or {},
            reads_error,
        )


TOKENS = RetryTable(TOKEN_RULES)


def challenge(verifier: str, method: str = "S256") -> str:
    """The PKCE challenge of a verifier (RFC 7636 4.2); "hex" is TikTok's own way."""
    digest = hashlib.sha256(verifier.encode())
    if method == "hex":
        return digest.hexdigest()
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


def refuse_denied(label: str, answer: Mapping[str, str]) -> None:
    """Raise ChannelError when a person or the platform said no (RFC 6749 4.1.2.1)."""
    code = answer.get("error", "")
    if not code and answer.get("code"):
        return
    if code in ("access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize"):
        raise ChannelError(
            f"{label} was not allowed to let Warren in, so nothing was connected. Start again when "
            "you are ready.",
            permanent=True,
            code="denied",
        )
    told = answer.get("error_description", "")[:200]
    raise ChannelError(
        f"{label} sent no access{': ' + told if told else ''}. Start again; if that happens twice, "
        "the operator has to look at the app's settings there.",
        permanent=True,
        code=code or "no_code",
    )


def expires_at(credentials: Credentials) -> datetime | None:
    told = credentials.get("expires_at")
    return datetime.fromisoformat(told) if told else None


def is_ending(credentials: Credentials, now: datetime) -> bool:
    """Whether two thirds of a token's life are over, so that it might end in mid-publish."""
    ends = expires_at(credentials)
    if ends is None:
        return False
    begun = credentials.get("issued_at")
    issued = datetime.fromisoformat(begun) if begun else now
    return now >= issued + (ends - issued) * 2 / 3
