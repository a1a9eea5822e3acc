"""Ghost, on ghost.org or on a server of one's own (version 5 or later, Admin API).

Class B: a draft with a slug that belongs to the delivery alone is made first and its id saved; then
its status becomes published, which may be repeated. A draft whose id was lost is met by its slug;
Ghost appends -2 to one that is taken. Nobody is mailed: that needs a newsletter to be named.

Metrics: the Admin API documents none, so Warren asks for none.

Sources: Ghost's Admin API documentation (Overview, Posts, Images, Errors), as of 2026-11, and what
version 6.65 answered when this channel was run against it, once, on 2026-11-21: titles, tags,
descriptions, collisions, deleting twice and refused keys were as its stand-in has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2
import jwt

from config.kernel import clock, http

from . import articles
from .articles import PAGE, ArticleChannel, needed, page_or, site_address, web_link
from .base import (
    Accepted,
    AccountFacts,
    Connection,
    CrashPoint,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Limits,
    Payload,
    Published,
    Session,
    option,
)
from .errors import ChannelError, Outcome, RetryTable, Rule
from .rest import Answer, Rest, dig
from .servers import misfit

CONNECT_SECONDS = 20
TOKEN_LIFE = timedelta(minutes=5)
CLOCKS_APART = timedelta(seconds=30)
KEY_BYTES_LEAST = 16
COLLISION = "UPDATE_COLLISION"
WALL = Rule(
    Outcome.REFUSED,
    "Something in front of the {label} site answered with a web page instead of its Admin API. Let "
    "Warren reach /ghost/api/admin/ there, then send the post again.",
)

RULES: dict[tuple[int | None, str | None], Rule] = {
    (401, None): Rule(
        Outcome.RECONNECT,
        "{label} no longer accepts the Admin API key, so nothing was posted. Connect the site "
        "again with the key of a custom integration.",
    ),
    (403, None): Rule(
        Outcome.REFUSED,
        "{label} does not let the integration do that: {detail} Look at the site's plan and at the "
        "integration, then send the post again.",
    ),
    (403, "NoPermissionError"): Rule(Outcome.RECONNECT),
    (403, PAGE): WALL,
    (404, PAGE): WALL,
    (409, COLLISION): Rule(
        Outcome.NOT_SENT,
        "Somebody has the draft open in {label} and keeps changing it. Warren tries again.",
    ),
    (415, None): Rule(
        Outcome.REFUSED,
        "{label} did not take a picture: {detail} Use JPEG, PNG, GIF or WebP.",
    ),
    (413, None): Rule(Outcome.REFUSED, "{label} finds a picture too large: use a smaller one."),
    (413, PAGE): Rule(Outcome.REFUSED, "{label} finds a picture too large: use a smaller one."),
    (503, "MaintenanceError"): Rule(Outcome.NOT_SENT),
}


class Ghost(ArticleChannel):
    slug = "ghost"
    label = "Ghost"
    icon = "img/channels/ghost.svg"
    delivery_class = DeliveryClass.B
    limits = Limits(
        max_characters=100_000,
        counter="codepoints",
        hashtags_in_text=False,
        hashtags_max=20,
        hashtag_max_characters=190,
        images_max=10,
        image_max_bytes=5_000_000,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=191,
        title_max=255,
        title_required=True,
        text_required=True,
    )
    tags_max = 20
    retry_table = RetryTable(RULES)
    help_url = "https://docs.ghost.org/admin-api"
    credential_fields = (
        CredentialField("site", "Site", help="For example https://news.example.com."),
        CredentialField(
            "key",
            "Admin API key",
            help="Made in Ghost under Settings, Integrations, Add custom integration. It has two "
            "parts with a colon between them.",
            secret=True,
        ),
    )
    option_fields = (
        CredentialField(
            "status",
            "When it is sent",
            default="published",
            required=False,
            choices=(("published", "Published"), ("draft", "Stays a draft")),
        ),
        CredentialField(
            "visibility",
            "Who can read it",
            default="public",
            required=False,
            choices=(("public", "Everybody"), ("members", "Members"), ("paid", "Paying members")),
        ),
        CredentialField("excerpt", "Excerpt", help="At most 300 characters.", required=False),
        articles.CANONICAL,
    )

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        excerpt = option(draft, account, "excerpt")
        over = f"{self.label} takes 300 characters of excerpt: shorten it."
        return (*super().problems(draft, account), *((over,) if len(excerpt) > 300 else ()))

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Try the key on the site. Raises ChannelError with the `field` to mend."""
        site = site_address(values.get("site", ""))
        key = needed(values, "key", "Write the Admin API key of a custom integration.")
        credentials = {"key": key}
        with http.client(timeout_seconds=CONNECT_SECONDS, max_bytes=2_000_000) as client:
            rest = self._rest_at(client, site, credentials)
            try:
                told = rest.get("/site/")
                rest.get("/posts/", {"limit": 1, "fields": "id"})
            except ChannelError as error:
                raise _refused_at_connecting(error, site) from error
        about = told.dig("site")
        if not isinstance(about, dict) or not about.get("version"):
            raise misfit(f"No {self.label} Admin API answers at {site}. Check the address.", "site")
        host = site.split("://", 1)[-1]
        return Connection(
            remote_id=host,
            name=str(about.get("title") or host),
            handle=host,
            profile_url=web_link(about.get("url")) or site,
            avatar_url=web_link(about.get("icon")),
            credentials=credentials,
            server=site,
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        text = self.compose(draft)
        return {
            "title": draft.title.strip(),
            "text": text,
            "html": "\n".join(
                f"<p>{articles.as_html(each)}</p>" for each in articles.paragraphs(text)
            ),
            "slug": articles.slug_for(draft.title, account, occurrence_key),
            "tags": self.tags(draft),
            "status": option(draft, account, "status") or "published",
            "visibility": option(draft, account, "visibility") or "public",
            "excerpt": option(draft, account, "excerpt"),
            "canonical_url": option(draft, account, "canonical_url"),
            "media": articles.frozen_media(draft),
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Pictures and the draft, which nobody can read."""
        if session.handle.get("post"):
            return
        rest = self._rest(session)
        if (there := self._by_slug(rest, payload)) is None:
            articles.upload_each(payload, session, self.limits, _upload(rest, payload))
            answer = rest.call(
                "POST",
                "/posts/",
                params={"source": "html"},
                json={"posts": [_fields(payload, session.handle.get("media", []))]},
            )
            there = self._read(answer)
        self._keep(there, session)

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        """Give the draft its status; a second time changes nothing."""
        self.prepare(payload, session)
        if payload["status"] == "draft":
            session.save_handle({**session.handle, "handed_over": True})
            return articles.waiting()
        try:
            post = self._release(session)
        except ChannelError as error:
            if error.code != COLLISION:
                raise
            # Changed since we read it: by our own first try, or by a person in the editor.
            post = self._current(payload, session)
            if post["status"] != "published":
                post = self._release(session)
        session.fault(CrashPoint.ANSWERED)
        notes = tuple(session.handle.get("notes", ()))
        return Published(str(post["id"]), web_link(post.get("url")) or session.server, notes)

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """The post of the saved id, else the one with the reserved slug; a draft is not out."""
        rest = self._rest(session)
        post = self._by_id(rest, session) or self._by_slug(rest, payload)
        if post is None and session.handle.get("handed_over"):
            raise articles.thrown_away(self.label)
        if post is None:
            return None
        self._keep(post, session)
        if post["status"] in ("published", "sent"):
            return Found(str(post["id"]), web_link(post.get("url")) or session.server)
        return articles.waiting() if session.handle.get("handed_over") else None

    def delete(self, post: Published, session: Session) -> None:
        """For good: Ghost has no trash."""
        try:
            self._rest(session).call("DELETE", f"/posts/{post.remote_id}/")
        except ChannelError as error:
            if error.extra.get("http_status") != 404:
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Whether the key still opens the site, and which version answers."""
        rest = self._rest(session)
        try:
            rest.get("/posts/", {"limit": 1, "fields": "id"})
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the site again."),)
        version = str(rest.get("/site/").dig("site", "version") or "")
        return (
            Finding("token", True, "The site accepts the integration's key."),
            Finding("version", True, f"It runs version {version}.")
            if version
            else Finding("version", None, "The site does not say which version it runs."),
        )

    def _release(self, session: Session) -> Mapping[str, Any]:
        rest = self._rest(session)
        change = {"status": "published", "updated_at": session.handle["updated_at"]}
        answer = rest.call(
            "PUT",
            f"/posts/{session.handle['post']}/",
            makes_post=True,
            json={"posts": [change]},
        )
        post = answer.dig("posts", 0)
        if not isinstance(post, dict) or post.get("status") != "published":
            raise rest.unreadable(answer)
        return post

    def _current(self, payload: Payload, session: Session) -> Mapping[str, Any]:
        rest = self._rest(session)
        post = self._by_id(rest, session) or self._by_slug(rest, payload)
        if post is None:
            raise articles.not_now(self.label)
        self._keep(post, session)
        return post

    def _by_id(self, rest: Rest, session: Session) -> Mapping[str, Any] | None:
        number = session.handle.get("post")
        return self._there(rest, f"/posts/{number}/") if number else None

    def _by_slug(self, rest: Rest, payload: Payload) -> Mapping[str, Any] | None:
        return self._there(rest, f"/posts/slug/{payload['slug']}/")

    def _there(self, rest: Rest, path: str) -> Mapping[str, Any] | None:
        try:
            return self._read(rest.get(path))
        except ChannelError as error:
            if error.extra.get("http_status") == 404 and error.code != PAGE:
                return None
            raise

    def _read(self, answer: Answer) -> Mapping[str, Any]:
        post = answer.dig("posts", 0)
        if not isinstance(post, dict) or not all(post.get(name) for name in ("id", "updated_at")):
            raise articles.not_now(self.label)
        return post

    def _keep(self, post: Mapping[str, Any], session: Session) -> None:
        known = {"post": post["id"], "updated_at": post["updated_at"]}
        if {**session.handle, **known} != session.handle:
            session.save_handle({**session.handle, **known})

    def _rest(self, session: Session) -> Rest:
        return self._rest_at(session.http, session.server, session.credentials)

    def _rest_at(self, client: httpx2.Client, site: str, credentials: Credentials) -> Rest:
        headers = {
            "Authorization": f"Ghost {_signed(str(credentials.get('key', '')))}",
            "Accept-Version": "v5.0",
        }
        return Rest(
            client,
            f"{site}/ghost/api/admin",
            self.retry_table,
            self.label,
            clock.now(),
            headers,
            page_or(_read_error),
        )


def _signed(key: str) -> str:
    """A token for the next minutes, signed with the key's second half, named by its first."""
    name, _, secret = key.partition(":")
    try:
        raw = bytes.fromhex(secret)
    except ValueError:
        raw = b""
    if not name or len(raw) < KEY_BYTES_LEAST:
        raise misfit(
            "An Admin API key has two parts with a colon between them, and this one has not. Copy "
            "it again from the integration; the Content API key is another one.",
            "key",
        )
    issued = clock.now() - CLOCKS_APART
    claims = {"iat": issued, "exp": issued + TOKEN_LIFE, "aud": "/admin/"}
    return jwt.encode(claims, raw, algorithm="HS256", headers={"kid": name})


def _read_error(status: int, body: Any) -> tuple[str, str]:
    first = dig(body, "errors", 0)
    code = str(dig(first, "code") or dig(first, "type") or "")
    return code, str(dig(first, "context") or dig(first, "message") or "")


def _refused_at_connecting(error: ChannelError, site: str) -> ChannelError:
    if error.reconnect:
        words = "The site does not accept this key. Copy the Admin API key of a custom integration."
        return misfit(words, "key")
    if error.code == PAGE or error.extra.get("http_status") == 404:
        return misfit(f"No Ghost Admin API answers at {site}. Check the address.", "site")
    if error.code in ("address_refused", "no_connection"):
        return misfit(f"{site} cannot be reached. Check the address and try again.", "site")
    return error


def _upload(rest: Rest, payload: Payload) -> Any:
    def send(number: int, data: bytes, kind: str, alt: str) -> Mapping[str, Any]:
        name = f"{payload['slug']}-{number}.{kind.rpartition('/')[2]}"
        answer = rest.call(
            "POST",
            "/images/upload/",
            files={"file": (name, data, kind)},
            data={"purpose": "image", "ref": name},
        )
        if not (address := answer.dig("images", 0, "url")):
            raise articles.not_now(rest.label)
        return {"url": address}

    return send


def _fields(payload: Payload, media: list[dict[str, Any]]) -> dict[str, Any]:
    """The draft. The first picture heads the article, the others follow the text."""
    pictures = (
        '<figure class="kg-card kg-image-card">'
        + articles.html_image(each["url"], each["alt"], ' class="kg-image"')
        + "</figure>"
        for each in media[1:]
    )
    fields = {
        "status": "draft",
        "title": payload["title"],
        "slug": payload["slug"],
        "html": "\n".join([payload["html"], *pictures]),
        "tags": [{"name": name} for name in payload["tags"]],
        "visibility": payload["visibility"],
        "custom_excerpt": payload["excerpt"] or None,
        "canonical_url": payload["canonical_url"] or None,
    }
    if media:
        fields |= {"feature_image": media[0]["url"], "feature_image_alt": media[0]["alt"]}
    return fields
