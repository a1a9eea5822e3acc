"""DEV (dev.to), by a person's own API key.

Class C: an unknown outcome is looked up among the account's own articles. The key is a line at the
end of the Markdown that no reader sees (an unused link reference with the delivery's own slug), so
that no other article can be taken for this one. DEV itself refuses the same title and Markdown of
the same person a second time ("has already been taken").

Pictures: the API takes none, only addresses that stay; so the one cover picture is an address.
Taking down: the API cannot delete; the article is unpublished and stays among the drafts.

Sources: the Forem API v1 documentation and the open source of Forem (articles controller, article
model), as of 2026-11. Nothing here was tried on the live service.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2

from config.kernel import clock, http

from . import articles
from .articles import PAGE, ArticleChannel, for_the_form, list_of, needed, page_or
from .base import (
    AccountFacts,
    Connection,
    CrashPoint,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Gone,
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
    option,
)
from .errors import ChannelError, Outcome, RetryTable, Rule
from .rest import Rest, count, read_error

CONNECT_SECONDS = 20
PAGE_SIZE = 100
PAGES_MOST = 5
TAKEN = "taken"

RULES: dict[tuple[int | None, str | None], Rule] = {
    (401, None): Rule(
        Outcome.RECONNECT,
        "{label} no longer accepts the API key, so nothing was posted. Connect the account again "
        "with a new one.",
    ),
    (403, None): Rule(
        Outcome.REFUSED,
        "{label} does not let this account do that: {detail} Look at the account there, then send "
        "the post again.",
    ),
    (403, PAGE): Rule(
        Outcome.NOT_SENT,
        "{label} answered with a page that checks for robots, so nothing was posted. Warren tries "
        "again.",
    ),
    (422, TAKEN): Rule(
        Outcome.REFUSED,
        "{label} has the same article already: {detail} Change the title, the text or the original "
        "address and send it again.",
    ),
}


class DevTo(ArticleChannel):
    slug = "devto"
    label = "DEV"
    icon = "img/channels/devto.svg"
    delivery_class = DeliveryClass.C
    limits = Limits(
        max_characters=100_000,
        counter="codepoints",
        hashtags_in_text=False,
        hashtags_max=4,
        hashtags_recommended=4,
        hashtag_max_characters=30,
        title_max=128,
        title_required=True,
        text_required=True,
    )
    tags_max = 4
    retry_table = RetryTable(RULES)
    quotas = (Quota("articles", 10, 30),)
    hosts = {"api": "https://dev.to/api"}
    help_url = "https://developers.forem.com/api/v1"
    credential_fields = (
        CredentialField(
            "api_key",
            "API key",
            help="Made on dev.to under Settings, Extensions, DEV Community API Keys.",
            secret=True,
        ),
    )
    option_fields = (
        articles.CANONICAL,
        CredentialField(
            "cover_image",
            "Cover picture",
            help="The address of a picture that stays on the web; DEV takes no files.",
            required=False,
        ),
        CredentialField(
            "description", "Description", help="Shown in lists and search.", required=False
        ),
        CredentialField(
            "organization_id",
            "Organization",
            help="Its number on dev.to, to publish in its name.",
            required=False,
        ),
    )

    def clean_tag(self, tag: str) -> str:
        """Small letters and digits of the Latin alphabet alone."""
        return "".join(sign for sign in tag.lower() if sign.isascii() and sign.isalnum())

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        number = option(draft, account, "organization_id")
        wrong = "The organization is its number on dev.to: write digits alone."
        found = super().problems(draft, account)
        return (*found, wrong) if number and not number.isdigit() else found

    def connect(self, values: Mapping[str, str]) -> Connection:
        credentials = {"api_key": needed(values, "api_key", "Write an API key of the account.")}
        with http.client(timeout_seconds=CONNECT_SECONDS, max_bytes=2_000_000) as client:
            rest = self._rest_with(client, credentials)
            try:
                person = rest.get("/users/me")
            except ChannelError as error:
                sentence = "DEV does not accept this API key. Copy it again, or make a new one."
                raise for_the_form(error, "api_key", sentence) from error
        number, name = count(person.dig("id")), str(person.dig("username") or "")
        if number is None or not name:
            raise rest.unreadable(person)
        return Connection(
            remote_id=str(number),
            name=str(person.dig("name") or name),
            handle=name,
            profile_url=f"{self.at('api').removesuffix('/api')}/{name}",
            avatar_url=str(person.dig("profile_image") or ""),
            credentials=credentials,
            account_type="personal",
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        key = articles.slug_for("", account, occurrence_key)
        article: dict[str, Any] = {
            "title": draft.title.strip(),
            "body_markdown": f"{articles.as_markdown(self.compose(draft))}\n\n{_mark(key)}",
            "published": True,
            "tags": self.tags(draft),
            "canonical_url": option(draft, account, "canonical_url") or None,
            "main_image": option(draft, account, "cover_image") or None,
            "description": option(draft, account, "description") or None,
        }
        if number := option(draft, account, "organization_id"):
            article["organization_id"] = int(number)
        filled = {name: value for name, value in article.items() if value is not None}
        return {"key": key, "article": filled}

    def publish(self, payload: Payload, session: Session) -> Published:
        rest = self._rest(session)
        try:
            answer = rest.call(
                "POST", "/articles", makes_post=True, json={"article": payload["article"]}
            )
        except ChannelError as error:
            # The refusal of a repetition may be about our own first try.
            found = self.find(payload, session) if error.code == TAKEN else None
            if found is None:
                raise
            return Published(found.remote_id, found.url)
        session.fault(CrashPoint.ANSWERED)
        number, url = count(answer.dig("id")), answer.dig("url")
        if number is None or not url:
            raise rest.unreadable(answer)
        return Published(str(number), str(url))

    def find(self, payload: Payload, session: Session) -> Found | None:
        """The account's own article with this delivery's mark."""
        for each in self._own(self._rest(session), pages=1):
            if each.get("published") and _mark(payload["key"]) in str(each.get("body_markdown")):
                return Found(str(each["id"]), str(each.get("url") or ""))
        return None

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Views, reactions and comments, out of the account's own list, which alone has views."""
        rest = self._rest(session)
        for each in self._own(rest, pages=PAGES_MOST):
            if str(each.get("id")) == post.remote_id:
                return _counts(each) if each.get("published") else Gone("It was unpublished.")
        try:
            answer = rest.get(f"/articles/{post.remote_id}")
        except ChannelError as error:
            if error.extra.get("http_status") == 404:
                return Gone("The article was deleted on DEV.")
            raise
        return _counts(answer.body if isinstance(answer.body, dict) else {})

    def delete(self, post: Published, session: Session) -> None:
        """Unpublish; the article stays as a draft, because the API cannot delete."""
        try:
            self._rest(session).call(
                "PUT", f"/articles/{post.remote_id}", json={"article": {"published": False}}
            )
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        try:
            person = self._rest(session).get("/users/me")
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        name = person.dig("username")
        return (
            Finding("token", True, f"DEV lets Warren in as {name}.")
            if name
            else Finding("token", None, "DEV did not say whose key this is."),
        )

    def _own(self, rest: Rest, *, pages: int) -> list[Mapping[str, Any]]:
        """The account's articles, newest first."""
        found: list[Mapping[str, Any]] = []
        for number in range(1, pages + 1):
            query = {"per_page": PAGE_SIZE, "page": number}
            answer = rest.get("/articles/me/all", query)
            if not isinstance(answer.body, list):
                raise articles.not_now(self.label)
            found += list_of(answer)
            if len(answer.body) < PAGE_SIZE:
                break
        return found

    def _rest(self, session: Session) -> Rest:
        return self._rest_with(session.http, session.credentials)

    def _rest_with(self, client: httpx2.Client, credentials: Credentials) -> Rest:
        headers = {
            "api-key": str(credentials.get("api_key", "")),
            "Accept": "application/vnd.forem.api-v1+json",
        }
        return Rest(
            client,
            self.at("api"),
            self.retry_table,
            self.label,
            clock.now(),
            headers,
            page_or(_read_error),
        )


def _mark(key: str) -> str:
    """A line of Markdown that stands nowhere in the article."""
    return f"[//]: # (warren {key})"


def _read_error(status: int, body: Any) -> tuple[str, str]:
    code, told = read_error(status, body)
    return (TAKEN, told) if "already been taken" in told else (code, told)


def _counts(article: Mapping[str, Any]) -> Measurement:
    return Measurement(
        likes=count(article.get("public_reactions_count")),
        comments=count(article.get("comments_count")),
        impressions=count(article.get("page_views_count")),
    )
