"""WordPress on a site of one's own (5.6 or later, REST API and application passwords).

Class B: a draft with a slug that belongs to the delivery alone is made first and its id saved; then
setting its status to published is a step that may be repeated. A draft whose id was lost is met by
its slug. The slug by itself guards nothing: WordPress appends -2 to one that is taken.

A first comment has no such handle. WordPress refuses the same words of the same user under the same
post (comment_duplicate), and such a comment is looked for among the post's.

Sources: see `wp`. Sites on wordpress.com without a plan for plugins have no application passwords.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid5

from config.kernel import clock, http

from . import articles, wp_comments
from .articles import ArticleChannel, for_the_form, needed, site_address, web_link
from .base import (
    Accepted,
    AccountFacts,
    AppKeys,
    Authorization,
    Connection,
    CrashPoint,
    CredentialField,
    Credentials,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Gone,
    Kind,
    Limits,
    Measurement,
    Payload,
    Published,
    Session,
    VideoLimits,
    option,
)
from .errors import ChannelError, RetryTable
from .oauth import refuse_denied
from .rest import Rest, count
from .servers import is_loopback, misfit
from .wp import (
    API,
    CAPABILITIES,
    RULES,
    Index,
    capability,
    discover,
    no_passwords,
    refused_login,
    rest_at,
)
from .wp_comments import COMMENT
from .wp_content import (
    address_of,
    changed,
    gallery,
    is_featured,
    paragraphs,
    post_by_id,
    post_by_slug,
    save_terms,
    upload,
)

CONNECT_SECONDS = 20
PUBLIC = ("publish", "private", "future")
WAITING = ("pending", "draft")


class WordPress(ArticleChannel):
    slug = "wordpress"
    label = "WordPress"
    icon = "img/channels/wordpress.svg"
    delivery_class = DeliveryClass.B
    limits = Limits(
        max_characters=100_000,
        counter="codepoints",
        hashtags_in_text=False,
        hashtags_max=20,
        hashtag_max_characters=200,
        images_max=10,
        image_max_bytes=8_000_000,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=1_000,
        videos_max=1,
        video=VideoLimits(max_bytes=100_000_000),
        mixes_media=True,
        title_max=200,
        title_required=True,
        text_required=True,
        comment_max=10_000,
    )
    tags_max = 20
    retry_table = RetryTable(RULES)
    help_url = "https://developer.wordpress.org/rest-api/reference/posts/"
    credential_fields = (
        CredentialField("site", "Site", help="For example https://blog.example.com."),
        CredentialField(
            "user",
            "User",
            help="The user name on the site, with the role Author or more.",
            with_consent=False,
        ),
        CredentialField(
            "password",
            "Application password",
            help="Made on the site under Users, Profile, Application Passwords. The user's own "
            "password does not work here.",
            secret=True,
        ),
    )
    option_fields = (
        CredentialField(
            "status",
            "When it is sent",
            default="publish",
            required=False,
            choices=(
                ("publish", "Published"),
                ("pending", "Waits for review"),
                ("draft", "Stays a draft"),
                ("private", "Private"),
            ),
        ),
        CredentialField(
            "categories",
            "Categories",
            help="Names of categories that the site has, separated by commas.",
            required=False,
        ),
        CredentialField("excerpt", "Excerpt", help="Shown in lists of posts.", required=False),
    )

    # Connecting

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Log in with an application password. Raises ChannelError with the `field` to mend."""
        index = discover(site_address(values.get("site", "")))
        credentials = {
            "user": needed(values, "user", "Write the user name on the site."),
            "password": needed(values, "password", "Write an application password of this user."),
        }
        try:
            return self._connection(index, credentials)
        except ChannelError as error:
            raise for_the_form(error, "password", refused_login(index)) from error

    def authorization(
        self, *, values: Mapping[str, str], state: str, redirect_uri: str, app: AppKeys | None
    ) -> Authorization:
        """The site's own page where its user lets Warren in; no app has to be registered for it."""
        index = discover(site_address(values.get("site", "")))
        if not index.authorize:
            raise misfit(no_passwords(index), "site")
        if urlsplit(redirect_uri).scheme == "http" and not is_loopback(redirect_uri):
            raise misfit(
                "This installation has no https address, and a site sends nobody back to less. "
                "Type an application password instead.",
                "site",
            )
        back = f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}"
        query = {
            # A user's passwords have names of their own, so connecting again needs another one.
            "app_name": f"Warren {clock.now():%Y-%m-%d %H:%M:%S}",
            "app_id": str(uuid5(NAMESPACE_URL, redirect_uri)),
            "success_url": back + urlencode({"state": state}),
            # This one is called as it is, so it has to say itself what happened.
            "reject_url": back + urlencode({"state": state, "error": "access_denied"}),
        }
        joint = "&" if "?" in index.authorize else "?"
        return Authorization(f"{index.authorize}{joint}{urlencode(query)}", {"site": index.site})

    def accept(
        self,
        answer: Mapping[str, str],
        kept: Mapping[str, Any],
        *,
        redirect_uri: str,
        app: AppKeys | None,
    ) -> tuple[Connection, ...]:
        """The user that the site named, with the password that it made. Where to log in is what
        was typed at first, not what the answer says."""
        if not answer.get("password") or not answer.get("user_login"):
            refuse_denied(self.label, {**answer, "code": ""})
        login = {"user": answer["user_login"], "password": answer["password"]}
        return (self._connection(discover(kept["site"]), login),)

    def _connection(self, index: Index, credentials: Credentials) -> Connection:
        with http.client(timeout_seconds=CONNECT_SECONDS, max_bytes=2_000_000) as client:
            rest = rest_at(client, index.rest, credentials, self.retry_table, self.label)
            answer = rest.get(f"{API}/users/me", {"context": "edit"})
        user = count(answer.dig("id"))
        if user is None:
            raise rest.unreadable(answer)
        may = answer.dig("capabilities") or {}
        if not may.get("edit_posts"):
            raise misfit(
                "This user may not write posts on the site. Give it the role Author there, then "
                "connect it again.",
                "user",
            )
        host = index.site.split("://", 1)[-1]
        return Connection(
            remote_id=f"{host}/{user}",
            name=index.name or host,
            handle=host,
            profile_url=index.site,
            avatar_url=index.icon or web_link(answer.dig("avatar_urls", "96")),
            credentials=credentials,
            server=index.site,
            settings={
                "rest": index.rest,
                "user_id": user,
                **({} if may.get("publish_posts") else {"status": "pending"}),
            },
        )

    # Publishing

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        text = self.compose(draft)
        common = {"kind": str(draft.kind), "text": text, "at": now.isoformat()}
        if draft.kind is not Kind.POST:
            return {**common, "content": paragraphs(text, blocks=False)}
        return {
            **common,
            "title": draft.title.strip(),
            "content": paragraphs(text, blocks=True),
            "slug": articles.slug_for(draft.title, account, occurrence_key),
            "tags": self.tags(draft),
            "categories": articles.names_in(option(draft, account, "categories")),
            "excerpt": option(draft, account, "excerpt"),
            "status": option(draft, account, "status") or "publish",
            "media": articles.frozen_media(draft),
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Everything but the last step: files, tags and the draft. Nobody can read a draft."""
        if payload["kind"] != Kind.POST or session.handle.get("post"):
            return
        rest = self._rest(session)
        if (there := post_by_slug(rest, payload["slug"])) is not None:
            session.save_handle({**session.handle, "post": there["id"]})
            return
        upload(rest, payload, session, self.limits)
        save_terms(rest, payload, session)
        self._make_draft(rest, payload, session)

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        """Give the draft its status; a second time changes nothing."""
        if payload["kind"] != Kind.POST:
            return wp_comments.send(self._rest(session), payload, session)
        self.prepare(payload, session)
        try:
            return self._give_status(payload, session)
        except ChannelError as error:
            if error.code != "rest_post_invalid_id":
                raise
            # Somebody threw the draft away for good before it was out.
            session.save_handle({})
            self.prepare(payload, session)
            return self._give_status(payload, session)

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """The post of the saved id, else the one with the reserved slug; a draft is not out."""
        rest = self._rest(session)
        if payload["kind"] != Kind.POST:
            return wp_comments.find(rest, payload, session)
        post = post_by_id(rest, session.handle.get("post")) or post_by_slug(rest, payload["slug"])
        if post is None and session.handle.get("handed_over"):
            raise articles.thrown_away(self.label)
        if post is None:
            return None
        session.save_handle({**session.handle, "post": post["id"]})
        if post.get("status") in PUBLIC:
            return Found(str(post["id"]), address_of(post, session.server))
        if post.get("status") == "trash":
            raise articles.thrown_away(self.label)
        if post.get("status") in WAITING and session.handle.get("handed_over"):
            return articles.waiting()
        return None

    def _give_status(self, payload: Payload, session: Session) -> Published | Accepted:
        rest = self._rest(session)
        answer = rest.call(
            "POST",
            f"{API}/posts/{session.handle['post']}",
            makes_post=payload["status"] in PUBLIC,
            params={"context": "edit"},
            json={"status": payload["status"]},
        )
        session.fault(CrashPoint.ANSWERED)
        post = answer.body if isinstance(answer.body, dict) else {}
        if count(post.get("id")) is None or not post.get("status"):
            raise rest.unreadable(answer)
        if post["status"] not in PUBLIC:
            # Ours to leave there, or an editorial plugin's decision; either way a person is next.
            session.save_handle({**session.handle, "handed_over": True})
            return articles.waiting()
        notes = [*session.handle.get("notes", ()), *changed(answer, session)]
        return Published(str(post["id"]), address_of(post, session.server), tuple(notes))

    def _make_draft(self, rest: Rest, payload: Payload, session: Session) -> None:
        media = session.handle.get("media", [])
        content = payload["content"] + gallery(media[1:] if is_featured(media) else media)
        fields: dict[str, Any] = {
            "status": "draft",
            # Both are taken as HTML: bare angle brackets would lose what stands between them.
            "title": html.escape(payload["title"], quote=False),
            "content": content,
            "slug": payload["slug"],
            "excerpt": html.escape(payload["excerpt"], quote=False),
            "tags": session.handle.get("tags", []),
        }
        if categories := session.handle.get("categories"):
            fields["categories"] = categories
        if is_featured(media):
            fields["featured_media"] = media[0]["id"]
        answer = rest.call("POST", f"{API}/posts", params={"context": "edit"}, json=fields)
        if count(answer.dig("id")) is None:
            raise articles.not_now(self.label)
        session.save_handle({**session.handle, "post": answer.dig("id"), "content": content})

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        """Approved comments, which is all that WordPress counts by itself."""
        rest = self._rest(session)
        kind, number = _address(post)
        try:
            answer = rest.get(f"{API}/{kind}/{number}")
        except ChannelError as error:
            if error.extra.get("http_status") in (404, 410):
                return Gone("The post was deleted on the site.")
            raise
        if answer.dig("status") == "trash":
            return Gone("The post was moved to the site's trash.")
        under = "post" if kind == "posts" else "parent"
        counted = rest.get(f"{API}/comments", {under: number, "per_page": 1})
        return Measurement(comments=count(counted.headers.get("x-wp-total", "")))

    def delete(self, post: Published, session: Session) -> None:
        """Into the site's trash, from which its people can take it back; gone already is well."""
        rest = self._rest(session)
        kind, number = _address(post)
        try:
            rest.call("DELETE", f"{API}/{kind}/{number}")
        except ChannelError as error:
            if error.code == "rest_trash_not_supported":
                rest.call("DELETE", f"{API}/{kind}/{number}", params={"force": "true"})
            elif error.extra.get("http_status") not in (404, 410):
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Who Warren is on the site, and whether that user may publish and upload."""
        try:
            answer = self._rest(session).get(f"{API}/users/me", {"context": "edit"})
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the site again."),)
        may = answer.dig("capabilities")
        if not isinstance(may, dict):
            return (
                Finding(
                    "token",
                    None,
                    "The site did not say what this user may do.",
                    "Let Warren reach /wp-json/ on the site.",
                ),
            )
        named = str(answer.dig("name") or session.credentials.get("user", ""))
        return (
            Finding("token", True, f"The site lets Warren in as {named}."),
            *(capability(name, what, may) for name, what in CAPABILITIES),
        )

    def _rest(self, session: Session) -> Rest:
        base = str(session.account.settings.get("rest") or f"{session.server}/wp-json")
        return rest_at(session.http, base, session.credentials, self.retry_table, self.label)


def _address(post: Published) -> tuple[str, str]:
    kind = "comments" if post.remote_id.startswith(COMMENT) else "posts"
    return kind, post.remote_id.removeprefix(COMMENT)
