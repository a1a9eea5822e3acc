"""Reddit, one account that posts to a subreddit or to its own profile: text, a link, one picture, a
gallery of 2 to 20 or one video.

Class C: nothing guards against a doubled post, so a lost answer is looked up among the account's
newest submissions: same title, subreddit, form and words, not older than the first attempt. The
submission of one picture or a video answers without its id (that comes over a web socket), and the
post stands in the list some time later, so it is always found that way. Where pictures or a video
went along and the answer was lost, the post counts as absent only after ten minutes, a video's
after an hour.

A refusal comes as a list of errors inside a 200. A pause that is told in words ("Take a break for 9
minutes") is kept to the minute. Every request says who sends it, as the rules of the API ask.
Descriptions become captions in a gallery; one picture and a video have no place for them.

Sources, as of 2026-11: reddit.com/dev/api (submit, comment, del, info, me), the wiki pages "OAuth2"
and "API" of reddit-archive/reddit, "Responsible Builder Policy" for the limits, and PRAW 8 for the
media lease, galleries, videos and text beside them. A video's limits (1 GB, 2 seconds to 15
minutes) are those of Reddit's page on video ads. Nothing was verified against the live service. In
particular not: how a gallery's answer names its post (as name, id or address, which are all
understood), how soon galleries and videos stand in the list, and that video is open to every app.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx2
from django.conf import settings

from config.kernel import http

from .base import (
    Accepted,
    AccountFacts,
    AppKeys,
    Connection,
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
    Quota,
    Session,
    VideoLimits,
    option,
)
from .errors import ChannelError, RetryTable
from .oauth import CALL_SECONDS, MAX_BYTES, OAuthChannel
from .readback import looked_since, note_sending, plain
from .reddit_errors import RULES, read_error, refuse_errors
from .reddit_lookups import (
    OPTIONS,
    bare_subreddit,
    header_seconds,
    read_quota,
    subreddit_finding,
)
from .reddit_media import files_needed, made_file, stored
from .reddit_posts import (
    AT_WORK,
    FIRST_LOOK_SECONDS,
    PROCESSED_WITHIN,
    form_of,
    is_our_post,
    made_name,
    own_problems,
    submission,
)
from .rest import Answer, ErrorReader, Rest, count, dig

PAGE = 100
_HASHTAG_LINE = re.compile(r"(?m)^#(?=\S)")


class Reddit(OAuthChannel):
    slug = "reddit"
    label = "Reddit"
    icon = "img/channels/reddit.svg"
    delivery_class = DeliveryClass.C
    help_url = "https://www.reddit.com/prefs/apps"
    scopes = ("identity", "submit", "read", "history", "edit", "flair")
    scope_words = {  # noqa: RUF012
        "identity": "see who the account is",
        "submit": "submit posts and comments",
        "read": "read posts and rules",
        "history": "read the account's own posts",
        "edit": "delete what it posted",
        "flair": "see and set a post's flair",
    }
    client_auth = "basic"
    pkce = ""
    authorize_params = {"duration": "permanent"}  # noqa: RUF012
    hosts = {  # noqa: RUF012
        "web": "https://www.reddit.com",
        "tokens": "https://www.reddit.com/api/v1",
        "api": "https://oauth.reddit.com",
    }
    authorize_at = ("web", "/api/v1/authorize")
    token_at = ("tokens", "/access_token")
    revoke_at = ("tokens", "/revoke_token")
    limits = Limits(
        max_characters=40_000,
        counter="codepoints",
        hashtags_recommended=0,
        title_max=300,
        title_required=True,
        images_max=20,
        image_max_bytes=20_000_000,
        image_types=("image/jpeg", "image/png", "image/gif"),
        videos_max=1,
        video=VideoLimits(max_bytes=1_000_000_000, max_seconds=900, min_seconds=2),
        comment_max=10_000,
    )
    retry_table = RetryTable(RULES)
    quotas = (Quota("calls", 1000, 600, counts="calls", per="app"),)
    option_fields = OPTIONS

    # The way in

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            rest = self.rest(client, "api").with_token(tokens["access_token"])
            me = rest.get("/api/v1/me")
        name = me.dig("name")
        if not me.dig("id") or not isinstance(name, str):
            raise rest.unreadable(me)
        return (
            Connection(
                remote_id=f"t2_{me.dig('id')}",
                name=f"u/{name}",
                handle=name,
                profile_url=f"{self.at('web')}/user/{name}",
                avatar_url=str(me.dig("icon_img") or "").partition("?")[0],
                credentials=tokens,
                scopes=self.granted(tokens),
            ),
        )

    def ask_for_tokens(
        self, form: Mapping[str, str], app: AppKeys, *, client: httpx2.Client | None = None
    ) -> Mapping[str, Any]:
        try:
            return super().ask_for_tokens(form, app, client=client)
        except ChannelError as error:
            # A refresh token that was revoked is a bare 400 here.
            if form["grant_type"] == "refresh_token" and error.extra.get("http_status") == 400:
                error.reconnect, error.permanent = True, False
            raise

    # Before sending

    def compose(self, draft: Draft) -> str:
        """A line that starts with # would become a heading, so hashtags get a backslash."""
        return _HASHTAG_LINE.sub(r"\\#", super().compose(draft))

    def problems(self, draft: Draft, account: AccountFacts | None = None) -> tuple[str, ...]:
        return (*super().problems(draft, account), *own_problems(draft, account, self.label))

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        is_link = option(draft, account, "kind") == "link" and draft.link is not None
        subreddit = bare_subreddit(option(draft, account, "subreddit")) or f"u_{account.handle}"
        text = self.compose(draft)
        if is_link and draft.link is not None:
            text = text.removesuffix(draft.link).rstrip()
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "form": form_of(draft, is_link=is_link),
            "subreddit": subreddit,
            "title": draft.title.strip(),
            "text": text,
            "link": draft.link or "",
            "flair_id": option(draft, account, "flair_id"),
            "nsfw": bool(option(draft, account, "nsfw")),
            "media": [
                {"reference": each.reference, "type": each.content_type, "alt": each.alt}
                for each in draft.media
            ],
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Put each file where submissions may take it from, on from where an earlier worker was."""
        done = list(session.handle.get("files", ()))
        for number in range(len(done), files_needed(payload)):
            done.append(self._stored(payload, number, session))
            session.save_handle({**session.handle, "files": list(done)})

    def _stored(self, payload: Payload, number: int, session: Session) -> dict[str, str]:
        upload = made_file(payload, number, session, self.limits)
        return self.with_access(
            session, lambda token: stored(self._rest(session, token), upload, session)
        )

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        self.prepare(payload, session)
        if payload["kind"] == Kind.COMMENT:
            return self._comment(payload, session)
        files = session.handle.get("files", ())
        path, body = submission(payload, files)
        note_sending(session)
        if payload["form"] in AT_WORK:
            # Known before the request: such a post is made later, so not seeing it proves nothing.
            session.save_handle({**session.handle, "submitted": session.now.isoformat()})
        answer = self._ask(session, "POST", path, makes_post=True, **body)
        data = answer.dig("json", "data")
        if name := made_name(data):
            notes = tuple(each["note"] for each in files if each["note"])
            return Published(name, self._address(payload["subreddit"], name), notes)
        if payload["form"] in ("image", "video") and isinstance(data, dict):
            return self._at_work(payload)
        raise self._rest(session).unreadable(answer)

    def _comment(self, payload: Payload, session: Session) -> Published:
        form = {"api_type": "json", "thing_id": self._above(session), "text": payload["text"]}
        note_sending(session)
        answer = self._ask(session, "POST", "/api/comment", makes_post=True, data=form)
        made = answer.dig("json", "data", "things", 0, "data")
        name = dig(made, "name") or (f"t1_{dig(made, 'id')}" if dig(made, "id") else None)
        if not isinstance(name, str):
            raise self._rest(session).unreadable(answer)
        return Published(name, self._comment_address(name, session))

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """Read what the account wrote since the first attempt, newest first."""
        is_comment = payload["kind"] == Kind.COMMENT
        since = looked_since(payload, session).timestamp()
        what = "comments" if is_comment else "submitted"
        path = f"/user/{session.account.handle}/{what}"
        answer = self._ask(session, "GET", path, params={"sort": "new", "limit": PAGE})
        children = answer.dig("data", "children")
        if not isinstance(children, list):
            raise self._rest(session).unreadable(answer)
        for child in children:
            thing = dig(child, "data")
            made_at = dig(thing, "created_utc")
            if not isinstance(made_at, int | float) or made_at < since:
                continue
            name = str(dig(thing, "name"))
            if is_comment and self._is_our_comment(thing, payload, session):
                return Found(name, self._comment_address(name, session))
            if not is_comment and is_our_post(thing, payload, session.account.handle):
                return Found(name, self._address(payload["subreddit"], name))
        return self._not_there(payload, session)

    def _not_there(self, payload: Payload, session: Session) -> Accepted | None:
        submitted = session.handle.get("submitted")
        if not submitted:
            return None
        waited = session.now - datetime.fromisoformat(submitted)
        if waited > PROCESSED_WITHIN[payload["form"]]:
            return None
        return self._at_work(payload, waited.total_seconds())

    def _at_work(self, payload: Payload, waited_seconds: float = 0.0) -> Accepted:
        form = payload["form"]
        pause = max(FIRST_LOOK_SECONDS[form], waited_seconds)
        return Accepted(pause, f"{self.label} is working on {AT_WORK[form]}.")

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        answer = self._ask(session, "GET", "/api/info", params={"id": post.remote_id})
        children = answer.dig("data", "children")
        if not isinstance(children, list):
            raise self._rest(session).unreadable(answer)
        thing = dig(children, 0, "data")
        if thing is None or dig(thing, "author") == "[deleted]":
            return Gone(f"The post was deleted on {self.label}.")
        ratio = dig(thing, "upvote_ratio")
        extra = {"upvotes_percent": round(ratio * 100)} if isinstance(ratio, float) else {}
        return Measurement(
            likes=count(dig(thing, "ups")),
            comments=count(dig(thing, "num_comments")),
            shares=count(dig(thing, "num_crossposts")),
            extra=extra,
        )

    def delete(self, post: Published, session: Session) -> None:
        """The platform answers the same when it is already gone."""
        self._ask(session, "POST", "/api/del", data={"id": post.remote_id})

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Token, scopes, the account, and the subreddit that posts go to by default."""
        try:
            me = self._ask(session, "GET", "/api/v1/me")
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        if not me.dig("name"):
            raise self._rest(session).unreadable(me)
        found = [
            Finding("token", True, f"Reddit knows u/{me.dig('name')}."),
            self.scope_finding(session),
        ]
        if me.dig("is_suspended"):
            mend = "Appeal at reddit.com/appeals."
            found.append(Finding("account", False, "The account is suspended.", mend))
        subreddit = bare_subreddit(str(session.account.settings.get("subreddit") or ""))
        return (*found, self._subreddit(session, subreddit)) if subreddit else tuple(found)

    def _subreddit(self, session: Session, name: str) -> Finding:
        try:
            about = self._ask(session, "GET", f"/r/{name}/about")
        except ChannelError as error:
            if not error.permanent:
                raise
            return Finding("subreddit", False, error.message, "Choose another subreddit.")
        return subreddit_finding(name, about.dig("data"))

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
        told = {"User-Agent": f"web:warren:v1 (operated at {settings.WARREN_BASE_URL})"}
        return super().rest(
            client, host, table=table, headers={**told, **(headers or {})}, reads_error=reads_error
        )

    def _rest(
        self,
        session: Session,
        token: str = "",
        on_headers: Callable[[Mapping[str, str]], None] | None = None,
    ) -> Rest:
        rest = self.rest(session.http, "api")
        told = {"User-Agent": f"web:warren:v1 (by /u/{session.account.handle})"}
        rest = rest.with_headers(told).with_token(token)
        return replace(
            rest, on_headers=on_headers, judge=lambda answer: refuse_errors(rest, answer)
        )

    def _ask(self, session: Session, method: str, path: str, **request: Any) -> Answer:
        def call(token: str) -> Answer:
            told: dict[str, str] = {}
            try:
                return self._rest(session, token, told.update).call(
                    method, path, params={"raw_json": 1, **request.pop("params", {})}, **request
                )
            except ChannelError as error:
                if error.extra.get("http_status") == 429 and "retry-after" not in told:
                    error.retry_after = header_seconds(told, "reset") or error.retry_after
                raise
            finally:
                read_quota(told, session)

        return self.with_access(session, call)

    def _above(self, session: Session) -> str:
        if session.parent is None:
            raise ChannelError(
                f"The post on {self.label} that this comment goes under is not out, so nothing was "
                "posted. Send that post first.",
                permanent=True,
                code="parent_gone",
            )
        return session.parent.remote_id

    def _is_our_comment(self, thing: Any, payload: Payload, session: Session) -> bool:
        same = plain(str(dig(thing, "body") or "")) == plain(payload["text"])
        return same and dig(thing, "parent_id") == self._above(session)

    def _address(self, subreddit: str, name: str) -> str:
        place = f"user/{subreddit[2:]}" if subreddit.startswith("u_") else f"r/{subreddit}"
        return f"{self.at('web')}/{place}/comments/{name.partition('_')[2]}/"

    def _comment_address(self, name: str, session: Session) -> str:
        post = self._above(session).partition("_")[2]
        return f"{self.at('web')}/comments/{post}/_/{name.partition('_')[2]}/"
