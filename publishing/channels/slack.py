"""Slack, one channel of a workspace, by the bot of an app that the operator registers.

Class C: `client_msg_id` guards nothing for bots, so a lost answer is looked up in the channel's
history. A message carries its delivery's key in its metadata, and a message with files is known by
the files' ids, which stand in the handle before the call that shows them; words alone decide only
where the platform leaves the metadata out.

Refusals come as `ok: false` inside a 200. Threads are flat: each later part hangs under the first.
The app needs token rotation turned off: one bot's token serves all connected channels of a
workspace, and a refresh token that is good for one use cannot be shared. Slack's own markup, such
as *bold*, works in posts.

Sources, as of 2026-11: docs.slack.dev, the methods oauth.v2.access, auth.test, conversations.list,
.info, .join, .history, .replies, chat.postMessage, chat.delete, files.getUploadURLExternal and
files.completeUploadExternal, the pages "Rate limits" and "Message metadata". Not verified against
the live service. An app that is sold outside the Marketplace reads 15 messages a minute; reading
back takes as many minutes then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2

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
    Session,
    VideoLimits,
)
from .errors import ChannelError, RetryTable
from .oauth import CALL_SECONDS, MAX_BYTES, OAuthChannel
from .readback import looked_since, note_sending, was_tried
from .rest import Answer, ErrorReader, Rest, dig, read_error
from .slack_errors import RULES, refuse_not_ok
from .slack_words import Files, escaped, is_ours, membership, stamp_of

EVENT = "warren_post"
PAGES_READ = 10
PAGE = 200
CHANNELS_OFFERED = 200
CHECK_SECONDS = 3.0
SHOWN_WITHIN = timedelta(minutes=15)


class Slack(OAuthChannel):
    slug = "slack"
    label = "Slack"
    icon = "img/channels/slack.svg"
    delivery_class = DeliveryClass.C
    help_url = "https://docs.slack.dev/quickstart/"
    scopes = (
        "chat:write",
        "channels:read",
        "channels:join",
        "channels:history",
        "groups:read",
        "groups:history",
        "files:write",
    )
    scope_words = {  # noqa: RUF012
        "chat:write": "post messages as the app",
        "channels:read": "see the public channels",
        "channels:join": "join the public channel that you choose",
        "channels:history": "read messages in public channels it is in",
        "groups:read": "see the private channels it was invited to",
        "groups:history": "read messages in those private channels",
        "files:write": "upload pictures and videos",
    }
    scope_separator = ","
    pkce = ""
    hosts = {"web": "https://slack.com", "api": "https://slack.com/api"}  # noqa: RUF012
    authorize_at = ("web", "/oauth/v2/authorize")
    token_at = ("api", "/oauth.v2.access")
    limits = Limits(
        max_characters=4000,
        counter="codepoints",
        hashtags_recommended=0,
        images_max=10,
        image_max_bytes=20_000_000,
        image_types=("image/jpeg", "image/png", "image/gif"),
        alt_max=1000,
        videos_max=10,
        video=VideoLimits(max_bytes=1_000_000_000, types=("video/mp4", "video/quicktime")),
        mixes_media=True,
        thread_max=25,
        comment_max=4000,
    )
    retry_table = RetryTable(RULES)
    # One message a second and channel is what the platform promises to take.
    spacing_seconds = 1.0

    # The way in

    def connections(self, tokens: Credentials, app: AppKeys | None) -> tuple[Connection, ...]:
        """The channels in which the bot is already first, then the other public ones."""
        if tokens.get("refresh_token"):
            raise ChannelError(
                "This installation's Slack app has token rotation turned on, which cannot serve "
                "several channels. Its operator has to register an app without it.",
                permanent=True,
                code="token_rotation",
            )
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            rest = self.rest(client, "api").with_token(tokens["access_token"])
            who = rest.get("/auth.test")
            if not who.dig("team_id") or not who.dig("user_id"):
                raise rest.unreadable(who)
            found = self._channels(rest)
        found.sort(key=lambda each: (not each.get("is_member"), str(each.get("name"))))
        return tuple(
            self._connection(each, who, tokens)
            for each in found[:CHANNELS_OFFERED]
            if each.get("is_member") or not each.get("is_private")
        )

    def _channels(self, rest: Rest) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        params = {"types": "public_channel,private_channel", "exclude_archived": "true"}
        cursor = ""
        for _ in range(PAGES_READ):
            answer = rest.get("/conversations.list", {**params, "limit": PAGE, "cursor": cursor})
            page = answer.dig("channels")
            if not isinstance(page, list):
                raise rest.unreadable(answer)
            found += [each for each in page if dig(each, "id")]
            cursor = str(answer.dig("response_metadata", "next_cursor") or "")
            if not cursor:
                break
        return found

    def _connection(
        self, channel: Mapping[str, Any], who: Answer, tokens: Credentials
    ) -> Connection:
        place = str(who.dig("url") or "").rstrip("/")
        name = str(channel.get("name") or channel["id"])
        return Connection(
            remote_id=str(channel["id"]),
            name=f"#{name} · {who.dig('team')}",
            handle=name,
            profile_url=f"{place}/archives/{channel['id']}" if place else "",
            avatar_url="",
            credentials=dict(tokens),
            settings={
                "place": place,
                "user_id": str(who.dig("user_id")),
                "is_private": bool(channel.get("is_private")),
                "is_member": bool(channel.get("is_member")),
            },
            scopes=self.granted(tokens),
        )

    # Before sending

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "key": hashlib.sha256(f"{account.remote_id}|{occurrence_key}".encode()).hexdigest(),
            "channel": account.remote_id,
            "text": escaped(self.compose(draft)),
            "media": [
                {"reference": each.reference, "alt": each.alt, "type": each.content_type}
                for each in draft.media
            ],
        }

    def prepare(self, payload: Payload, session: Session) -> None:
        """Join a public channel once, and upload the files, which nobody sees yet."""
        handle = session.handle
        facts = session.account.settings
        if not facts.get("is_member") and not facts.get("is_private") and not handle.get("joined"):
            self._ask(session, "/conversations.join", {"channel": payload["channel"]})
            session.save_handle({**session.handle, "joined": True})
        if payload["media"] and not handle.get("files"):
            files = Files(lambda path, body: self._ask(session, path, body, reads=True), session)
            files.upload(payload, self.limits, self.retry_table, self.label)

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published | Accepted:
        self.prepare(payload, session)
        under = self._thread_of(payload, session)
        if payload["media"]:
            return self._show_files(payload, session, under)
        body = {
            "channel": payload["channel"],
            "text": payload["text"],
            "metadata": {"event_type": EVENT, "event_payload": {"key": payload["key"]}},
            **({"thread_ts": under} if under else {}),
        }
        note_sending(session)
        answer = self._ask(session, "/chat.postMessage", body, makes_post=True)
        stamp = answer.dig("ts")
        if not isinstance(stamp, str):
            raise self.rest(session.http, "api").unreadable(answer)
        return Published(stamp, self._address(session, stamp, under))

    def find(self, payload: Payload, session: Session) -> Found | Accepted | None:
        """Read the channel, or the thread, from the first attempt on."""
        under = self._thread_of(payload, session)
        path = "/conversations.replies" if under else "/conversations.history"
        params: dict[str, Any] = {
            "channel": payload["channel"],
            "oldest": f"{looked_since(payload, session).timestamp():.6f}",
            "include_all_metadata": "true",
            "limit": PAGE,
            **({"ts": under} if under else {}),
        }
        for _ in range(PAGES_READ):
            answer = self._ask(session, path, params, reads=True)
            messages = answer.dig("messages")
            if not isinstance(messages, list):
                raise self.rest(session.http, "api").unreadable(answer)
            for message in messages:
                stamp = str(dig(message, "ts") or "")
                if stamp != under and is_ours(message, payload, session):
                    return Found(stamp, self._address(session, stamp, under))
            params["cursor"] = answer.dig("response_metadata", "next_cursor")
            if not params["cursor"]:
                return self._not_there(session)
        raise ChannelError(
            f"So much was said in the {self.label} channel that Warren cannot tell whether this "
            "post is out.",
            code="too_many_posts",
        )

    def _not_there(self, session: Session) -> Accepted | None:
        """What was shown, and answered, comes into the history some seconds later."""
        if not session.handle.get("shown"):
            return None
        begun = datetime.fromisoformat(session.handle["since"])
        if session.now - begun < SHOWN_WITHIN:
            return self._working()
        raise ChannelError(
            f"{self.label} took the files and does not show them in the channel.",
            code="files_not_shown",
        )

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        params = {"channel": session.account.remote_id, "ts": post.remote_id, "limit": 1}
        try:
            answer = self._ask(session, "/conversations.replies", params, reads=True)
        except ChannelError as error:
            if error.code in ("thread_not_found", "message_not_found"):
                return Gone(f"The message was deleted on {self.label}.")
            raise
        messages = answer.dig("messages")
        if not isinstance(messages, list):
            raise self.rest(session.http, "api").unreadable(answer)
        message = next((each for each in messages if dig(each, "ts") == post.remote_id), None)
        if message is None:
            return Gone(f"The message was deleted on {self.label}.")
        reactions = dig(message, "reactions")
        counts = [dig(each, "count") for each in reactions] if isinstance(reactions, list) else []
        replies = dig(message, "reply_count")
        return Measurement(
            likes=sum(each for each in counts if isinstance(each, int)),
            comments=replies if isinstance(replies, int) else 0,
        )

    def delete(self, post: Published, session: Session) -> None:
        body = {"channel": session.account.remote_id, "ts": post.remote_id}
        try:
            self._ask(session, "/chat.delete", body)
        except ChannelError as error:
            if error.code != "message_not_found":
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Token, scopes, and whether the bot is in the channel."""
        try:
            self._ask(session, "/auth.test", {})
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the account again."),)
        known = Finding("token", True, "Slack knows the bot.")
        scopes = self.scope_finding(session)
        try:
            params = {"channel": session.account.remote_id}
            answer = self._ask(session, "/conversations.info", params, reads=True)
        except ChannelError as error:
            if not error.permanent and not error.reconnect:
                raise
            return known, scopes, Finding("channel", False, error.message, "Connect another one.")
        return known, scopes, membership(answer.dig("channel"))

    # Files

    def _show_files(self, payload: Payload, session: Session, under: str) -> Published | Accepted:
        """One message with all files: the call that makes the post. Its time stamp, which is the
        post's id, may come only with the history."""
        files = session.handle["files"]
        body = {
            "files": files,
            "channel_id": payload["channel"],
            "initial_comment": payload["text"],
            **({"thread_ts": under} if under else {}),
        }
        again = was_tried(session)
        note_sending(session)
        try:
            answer = self._ask(session, "/files.completeUploadExternal", body, makes_post=True)
        except ChannelError as error:
            if again and error.code == "file_not_found":
                # They were shown by the attempt whose answer was lost; the history will tell.
                return self._seen(session)
            raise
        if not isinstance(answer.dig("files"), list):
            raise self.rest(session.http, "api").unreadable(answer)
        waiting = self._seen(session)
        stamp = stamp_of(answer, payload["channel"])
        if stamp:
            notes = tuple(session.handle.get("notes", ()))
            return Published(stamp, self._address(session, stamp, under), notes)
        return waiting

    def _seen(self, session: Session) -> Accepted:
        session.save_handle({**session.handle, "shown": True})
        return self._working()

    def _working(self) -> Accepted:
        return Accepted(CHECK_SECONDS, f"{self.label} is putting the files into the channel.")

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
        rest = super().rest(
            client, host, table=self.retry_table, headers=headers, reads_error=reads_error
        )
        return replace(rest, judge=lambda answer: refuse_not_ok(rest, answer))

    def _ask(
        self,
        session: Session,
        path: str,
        body: Mapping[str, Any],
        *,
        makes_post: bool = False,
        reads: bool = False,
    ) -> Answer:
        def call(token: str) -> Answer:
            rest = self.rest(session.http, "api").with_token(token)
            if reads:
                return rest.get(path, body)
            return rest.call("POST", path, makes_post=makes_post, json=dict(body))

        return self.with_access(session, call)

    def _thread_of(self, payload: Payload, session: Session) -> str:
        if payload["kind"] == Kind.POST:
            return ""
        above = session.root or session.parent
        if above is None:
            raise ChannelError(
                f"The message on {self.label} that this one goes under is not out, so nothing was "
                "posted. Send that post first.",
                permanent=True,
                code="parent_gone",
            )
        return above.remote_id

    def _address(self, session: Session, stamp: str, under: str) -> str:
        place, channel = session.account.settings.get("place", ""), session.account.remote_id
        address = f"{place}/archives/{channel}/p{stamp.replace('.', '')}"
        return f"{address}?thread_ts={under}&cid={channel}" if under else address
