"""Accounts that are reached through a Facebook page: Facebook Login, a person's pages, and what
the doctor can ask about them.

A page's token that was got with a long-lived token of a person does not end by itself; the person's
does after sixty days, and without it the page's cannot be got again. So both are kept and renewed.

Source: Meta's pages "Manually build a login flow", "Get Long-Lived Tokens", "Pages API: Manage
Pages", "Permissions" and "Debug Token" (as of 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from django.conf import settings

from .base import AppKeys, Authorization, ChannelError, Credentials, Finding, Session
from .meta import GRAPH_VERSION, MetaChannel, rows_of
from .meta_errors import not_understood
from .rest import Rest, count, dig

BUSINESS = "business_management"
PAGE_FIELDS = "id,name,username,link,access_token,tasks,picture{url}"


class FacebookLogin(MetaChannel):
    """Facebook Login for apps of the kind "Business"."""

    hosts = {"web": "https://www.facebook.com", "api": "https://graph.facebook.com"}
    authorize_at = ("web", f"/{GRAPH_VERSION}/dialog/oauth")
    token_at = ("api", f"/{GRAPH_VERSION}/oauth/access_token")
    authorize_params = {"auth_type": "rerequest"}
    """Asks again for what a person unticked before, which Facebook otherwise leaves out."""
    app_name = "facebook"
    page_fields = PAGE_FIELDS

    def asked_scopes(self) -> tuple[str, ...]:
        """Pages that belong to a business are listed only with a further scope, which an operator
        whose app has it names in WARREN_CHANNEL_OPTIONS as `<slug>.extra_scopes`."""
        extra = str(settings.WARREN_CHANNEL_OPTIONS.get(f"{self.slug}.extra_scopes", ""))
        return (*self.scopes, *extra.split())

    def authorization(
        self, *, values: Mapping[str, str], state: str, redirect_uri: str, app: AppKeys | None
    ) -> Authorization:
        """Apps with Facebook Login for Business name a configuration in place of scopes; it is
        entered in WARREN_CHANNEL_OPTIONS as `<slug>.login_configuration`."""
        asked = super().authorization(
            values=values, state=state, redirect_uri=redirect_uri, app=app
        )
        configured = settings.WARREN_CHANNEL_OPTIONS.get(f"{self.slug}.login_configuration")
        if not configured:
            return asked
        address, _, query = asked.url.partition("?")
        fields = {name: value for name, value in parse_qsl(query) if name != "scope"}
        return replace(asked, url=f"{address}?{urlencode(fields | {'config_id': configured})}")

    def lengthen(self, client: httpx2.Client, token: str, app: AppKeys) -> Mapping[str, Any]:
        name, path = self.token_at
        form = {
            "grant_type": "fb_exchange_token",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "fb_exchange_token": token,
        }
        return self.ask(client, name, "POST", path, form)

    def scopes_of(
        self, client: httpx2.Client, tokens: Credentials, app: AppKeys, told: Mapping[str, Any]
    ) -> tuple[str, ...] | None:
        """People may untick any of them; those are told as declined."""
        answer = self.graph(client, tokens["access_token"]).get("/me/permissions")
        rows = rows_of(self.label, answer)
        return tuple(str(dig(row, "permission")) for row in rows if dig(row, "status") == "granted")

    def pages(self, api: Rest, granted: tuple[str, ...]) -> list[Mapping[str, Any]]:
        """Every page of a person, each once, also those of their businesses."""
        found = {
            str(page["id"]): page for page in self.listed(api, "/me/accounts", self.page_fields)
        }
        if BUSINESS in granted:
            for business in self.listed(api, "/me/businesses", "id"):
                for kind in ("owned_pages", "client_pages"):
                    edge = f"/{business['id']}/{kind}"
                    for page in self.listed(api, edge, self.page_fields):
                        found.setdefault(str(page["id"]), page)
        return [page for page in found.values() if page.get("access_token")]

    def page_tokens(self, tokens: Credentials, page: Mapping[str, Any]) -> Credentials:
        return {
            **tokens,
            "access_token": str(page["access_token"]),
            "user_token": tokens["access_token"],
        }

    # Keeping it

    def page_of(self, session: Session) -> str:
        """The page through which the account is reached."""
        return session.account.remote_id

    def can_renew(self, credentials: Credentials) -> bool:
        return bool(credentials.get("user_token"))

    def exchange(self, stale: Credentials, session: Session) -> Credentials:
        app = self.app_needed(session.app)
        if not self.can_renew(stale):
            raise ChannelError(
                f"The access to {self.label} has ended and cannot be renewed. Connect the account "
                "again.",
                reconnect=True,
                code="no_user_token",
            )
        told = self.lengthen(session.http, stale["user_token"], app)
        person = str(told["access_token"])
        page = self.graph(session.http, person).get(
            f"/{self.page_of(session)}", {"fields": "access_token"}
        )
        if not page.dig("access_token"):
            raise not_understood(self.label)
        fresh = self.tokens({**told, "access_token": page.dig("access_token")}, stale)
        return {**fresh, "user_token": person}

    # The doctor

    def probe(self, session: Session) -> tuple[Finding, ...]:
        if session.app is None:
            says = f"This installation has no app at {self.label} any more."
            mend = "Its operator has to enter the app's id and secret under App settings."
            return (Finding("app", False, says, mend), self.scope_finding(session))
        told = self._debugged(session, session.app)
        if told.get("is_valid") is not True:
            reason = str(dig(told, "error", "message") or "the access is not valid")
            says = f"{self.label} says: {reason.rstrip('.')}."
            return (Finding("token", False, says, "Connect the account again."),)
        granted = tuple(str(each) for each in told.get("scopes") or ())
        scopes = {"scope": ",".join(granted)} if granted else session.credentials
        missing = self.missing_scopes(self.granted(scopes))
        return (
            Finding("token", True, f"The access works{_until(told)}."),
            Finding("scopes", True, "Everything that posting needs was granted.")
            if not missing
            else Finding(
                "scopes",
                False,
                f"{self.label} did not grant {', '.join(missing)}.",
                "Connect the account again and leave every box ticked.",
            ),
            self._role(session),
            Finding(
                "app",
                None,
                "Meta does not tell whether the app is live. While it is in development, only "
                "people with a role in the app see what it posts.",
            ),
        )

    def _debugged(self, session: Session, app: AppKeys) -> Mapping[str, Any]:
        token = self.access_token(session)
        api = self.graph(session.http, f"{app.client_id}|{app.client_secret}")
        told = api.get("/debug_token", {"input_token": token}).dig("data")
        if not isinstance(told, dict):
            raise not_understood(self.label)
        return told

    def _role(self, session: Session) -> Finding:
        """Whether the person who connected the page may still create content on it."""
        api = self.graph(session.http, str(session.credentials.get("user_token", "")))
        try:
            rows = list(self.listed(api, "/me/accounts", "id,tasks"))
        except ChannelError as error:
            if not error.reconnect:
                raise
            return Finding(
                "role",
                None,
                "The access of the person who connected the page has ended. The page's own goes "
                "on for now, but cannot be renewed any more.",
                "Connect the account again when it suits.",
            )
        page = next((each for each in rows if str(each["id"]) == self.page_of(session)), None)
        if page is None:
            return Finding(
                "role",
                None,
                "The page is not among those that Facebook lists for the person who connected it. "
                "Pages of a business are listed only for apps that may manage businesses.",
            )
        if "CREATE_CONTENT" in (page.get("tasks") or ()):
            return Finding("role", True, "You may create content on the page.")
        return Finding(
            "role",
            False,
            "The person who connected the page may not create content there now.",
            "Ask for full control or for the task Content on the page, then check again.",
        )


def may_create(page: Mapping[str, Any]) -> bool:
    """Where Facebook tells no tasks, nothing speaks against it."""
    tasks = page.get("tasks")
    return not isinstance(tasks, list) or "CREATE_CONTENT" in tasks


def address_of(page: Mapping[str, Any], web: str) -> str:
    told = str(page.get("link") or "")
    return told if urlsplit(told).scheme == "https" else f"{web}/{page['id']}"


def _until(told: Mapping[str, Any]) -> str:
    ends = count(told.get("expires_at")) or count(told.get("data_access_expires_at"))
    return f" until {datetime.fromtimestamp(ends, UTC):%Y-%m-%d}" if ends else ""
