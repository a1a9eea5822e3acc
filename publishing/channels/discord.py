"""Discord, one text channel by a bot of the team's own.

Class C: the bot reads the channel's history, which an incoming webhook cannot, and that is why a
channel is connected by a bot's token and not by a webhook's address. Besides, each message carries
a nonce that the platform enforces: for some minutes the same one again answers with the first
message. A lost answer is therefore harmless at once, and is looked up later.

Sources, as of 2026-11: discord.com/developers/docs, pages "Message", "Channel", "Permissions",
"Rate Limits", "Uploading Files" and "Opcodes and Status Codes". Not verified against the live
service: how long the nonce is kept (the page says "a few minutes"), and what a character is
(counted as UTF-16 units, the strictest reading).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
from django.conf import settings

from config.kernel import clock, http

from . import discord_inbox
from .base import (
    AccountFacts,
    Channel,
    Connection,
    CredentialField,
    DeliveryClass,
    Draft,
    Finding,
    Found,
    Gone,
    Handle,
    Heard,
    Hearing,
    Kind,
    Limits,
    Measurement,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
)
from .discord_errors import RULES, read_error
from .discord_rights import findings
from .errors import ChannelError, RetryTable
from .listening import refuse_misfit
from .readback import looked_since, note_sending, plain
from .rest import Answer, Rest, dig, rate_reading
from .servers import misfit

EPOCH_MS = 1_420_070_400_000
"""The first second of 2015: ids carry the milliseconds since then."""
PAGES_READ = 5
PAGE = 100
SENDABLE = {0: "text", 5: "announcement", 10: "thread", 11: "thread", 12: "thread"}
BOOSTED_BYTES = {2: 50 * 1024 * 1024, 3: 100 * 1024 * 1024}
FILE_BYTES = 10 * 1024 * 1024
ADDRESS = re.compile(r"/channels/\d+/(\d{15,22})")


class Discord(Channel):
    slug = "discord"
    label = "Discord"
    icon = "img/channels/discord.svg"
    delivery_class = DeliveryClass.C
    help_url = "https://discord.com/developers/docs/quick-start/getting-started"
    limits = Limits(
        max_characters=2000,
        counter="utf16",
        images_max=10,
        image_max_bytes=FILE_BYTES,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt_max=1024,
        videos_max=10,
        video=VideoLimits(max_bytes=FILE_BYTES, types=("video/mp4", "video/webm")),
        mixes_media=True,
        hashtags_recommended=0,
        thread_max=25,
        comment_max=2000,
    )
    hosts = {"api": "https://discord.com/api/v10", "web": "https://discord.com"}  # noqa: RUF012
    quotas = (Quota("calls", 50, 1, counts="calls"),)
    spacing_seconds = 1.0
    retry_table = RetryTable(RULES)
    credential_fields = (
        CredentialField(
            "bot_token",
            "Bot token",
            help="Make an application at discord.com/developers, open Bot, and copy its token. "
            "Invite the bot to your server with View Channels, Send Messages, Attach Files and "
            "Read Message History.",
            secret=True,
        ),
        CredentialField(
            "channel",
            "Channel",
            help="The channel's address from Copy Link in its menu, or its id.",
        ),
    )

    hears = ("comment", "mention")
    listens_every = 120.0
    answer_key_lasts = timedelta(minutes=2)

    # The way in

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Look at the bot and at the channel. Raises ChannelError with the `field` to mend."""
        token, channel_id = values.get("bot_token", "").strip(), _typed(values.get("channel", ""))
        if not token:
            raise misfit("Paste the token of your Discord bot.", "bot_token")
        if not channel_id:
            raise misfit("Paste the link of the channel, or its id.", "channel")
        with http.client(timeout_seconds=20, max_bytes=2_000_000) as client:
            rest = self._rest(client, token)
            bot = _asked(rest, "/users/@me", "bot_token", "The token is not one of a Discord bot.")
            channel = _asked(
                rest,
                f"/channels/{channel_id}",
                "channel",
                "The bot does not see this channel. Invite it to the server, and give its role "
                "View Channel.",
            )
            guild_id = str(dig(channel, "guild_id") or "")
            if dig(channel, "type") not in SENDABLE or not guild_id:
                raise misfit("Posts go to a text or announcement channel of a server.", "channel")
            guild = rest.get(f"/guilds/{guild_id}").body
        return self._connection(token, bot, channel, guild)

    def _connection(self, token: str, bot: Any, channel: Any, guild: Any) -> Connection:
        guild_id, channel_id = str(dig(channel, "guild_id")), str(dig(channel, "id"))
        icon = dig(guild, "icon")
        return Connection(
            remote_id=channel_id,
            name=f"#{dig(channel, 'name')} · {dig(guild, 'name') or 'Discord'}",
            handle=str(dig(channel, "name") or ""),
            profile_url=f"{self.at('web')}/channels/{guild_id}/{channel_id}",
            avatar_url=f"https://cdn.discordapp.com/icons/{guild_id}/{icon}.png" if icon else "",
            credentials={"bot_token": token},
            settings={
                "bot_id": str(dig(bot, "id")),
                "guild_id": guild_id,
                "max_bytes": BOOSTED_BYTES.get(dig(guild, "premium_tier") or 0, FILE_BYTES),
            },
        )

    # Before sending

    def limits_for(self, account: AccountFacts | None = None) -> Limits:
        """A boosted server takes larger files; how large was said when it was connected."""
        size = account.settings.get("max_bytes") if account else None
        if not isinstance(size, int) or self.limits.video is None:
            return self.limits
        video = replace(self.limits.video, max_bytes=size)
        return replace(self.limits, image_max_bytes=size, video=video)

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        key = hashlib.sha256(f"{account.remote_id}|{occurrence_key}".encode()).hexdigest()
        return {
            "kind": draft.kind,
            "at": now.isoformat(),
            "channel": account.remote_id,
            "content": self.compose(draft),
            "nonce": key[:25],
            "media": [
                {"reference": each.reference, "alt": each.alt, "type": each.content_type}
                for each in draft.media
            ],
        }

    # Sending and looking

    def publish(self, payload: Payload, session: Session) -> Published:
        """One message with all its files. The nonce guards it for some minutes."""
        body = {
            "content": payload["content"],
            "nonce": payload["nonce"],
            "enforce_nonce": True,
            # Nobody is called to the channel by a post, whatever its words are.
            "allowed_mentions": {"parse": []},
        }
        if payload["kind"] != Kind.POST:
            body["message_reference"] = self._above(session)
        files, notes = self._files(payload, session)
        body["attachments"] = [
            {"id": number, "filename": name, "description": item["alt"]}
            for number, (item, (name, _, _)) in enumerate(zip(payload["media"], files, strict=True))
        ]
        note_sending(session)
        answer = self._send(payload, session, body, files)
        message_id = answer.dig("id")
        if not message_id:
            raise self._rest_of(session).unreadable(answer)
        return Published(str(message_id), self._address(session, str(message_id)), notes)

    def find(self, payload: Payload, session: Session) -> Found | None:
        """Read the channel from the first attempt on: the bot's own message with these words, under
        the same message, with as many files."""
        rest = self._rest_of(session)
        after = _first_id(looked_since(payload, session))
        for _ in range(PAGES_READ):
            path = f"/channels/{payload['channel']}/messages"
            answer = rest.get(path, {"after": after, "limit": PAGE})
            if not isinstance(answer.body, list):
                raise rest.unreadable(answer)
            for message in answer.body:
                if self._is_ours(message, payload, session):
                    found = str(message["id"])
                    return Found(found, self._address(session, found))
            if len(answer.body) < PAGE:
                return None
            after = max(int(dig(each, "id") or 0) for each in answer.body)
        raise ChannelError(
            f"So much was said in the {self.label} channel that Warren cannot tell whether this "
            "post is out.",
            code="too_many_posts",
        )

    # Afterwards

    def measure(self, post: Published, session: Session) -> Measurement | Gone:
        rest = self._rest_of(session)
        try:
            answer = rest.get(f"/channels/{session.account.remote_id}/messages/{post.remote_id}")
        except ChannelError as error:
            if error.code == "10008":
                return Gone(f"The message was deleted on {self.label}.")
            raise
        if not answer.dig("id"):
            raise rest.unreadable(answer)
        reactions = answer.dig("reactions")
        counts = [dig(each, "count") for each in reactions] if isinstance(reactions, list) else []
        answers = answer.dig("thread", "message_count")
        return Measurement(
            likes=sum(each for each in counts if isinstance(each, int)),
            comments=answers if isinstance(answers, int) else None,
        )

    def delete(self, post: Published, session: Session) -> None:
        path = f"/channels/{session.account.remote_id}/messages/{post.remote_id}"
        try:
            self._rest_of(session).call("DELETE", path)
        except ChannelError as error:
            if error.code != "10008":
                raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        """Whether the token is good, the channel is there, and the bot's roles allow posting."""
        return findings(self._rest_of(session), session.account)

    # What people say

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """Messages of the channel that answer or name the bot."""
        account, rest = session.account, self._rest_of(session)
        inbox = discord_inbox.inbox_of(account, rest, self.at("web"), session.now)
        return inbox.listen(cursor, _first_id(discord_inbox.begin(session.now)))

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        return self.limits.max_characters

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """Under the message that it answers; the nonce guards it for some minutes."""
        account = session.account
        refuse_misfit(self, self.answer_room(heard, account), text, account)
        rest, path = self._rest_of(session), f"/channels/{account.remote_id}/messages"
        body = discord_inbox.answer_body(heard, text, account.remote_id, key)
        answer = rest.call("POST", path, makes_post=True, json=body)
        if not (made := answer.dig("id")):
            raise rest.unreadable(answer)
        return Published(str(made), self._address(session, str(made)))

    # Calls

    def _files(
        self, payload: Payload, session: Session
    ) -> tuple[list[tuple[str, bytes, str]], tuple[str, ...]]:
        # A web process never sends, so it need not load what works on pictures.
        from .media import fit_image

        files, notes = [], []
        limits = self.limits_for(session.account)
        for number, item in enumerate(payload["media"], start=1):
            data, kind = session.media(item["reference"]), item["type"]
            if kind.startswith("image/"):
                fitted = fit_image(data, limits, name=f"Picture {number}")
                data, kind = fitted.data, fitted.content_type
                notes += [fitted.note] if fitted.note else []
            files.append((f"{number}.{kind.partition('/')[2]}", data, kind))
        return files, tuple(notes)

    def _send(
        self,
        payload: Payload,
        session: Session,
        body: Mapping[str, Any],
        files: list[tuple[str, bytes, str]],
    ) -> Answer:
        def read(headers: Mapping[str, str]) -> None:
            if reading := rate_reading(headers, session.now, name="messages"):
                session.read_quota(reading)

        rest = self._rest(session.http, session.credentials["bot_token"], on_headers=read)
        parts = {f"files[{number}]": file for number, file in enumerate(files)}
        path = f"/channels/{payload['channel']}/messages"
        if not parts:
            return rest.call("POST", path, makes_post=True, json=dict(body))
        data = {"payload_json": json.dumps(dict(body))}
        return rest.call("POST", path, makes_post=True, data=data, files=parts)

    def _above(self, session: Session) -> dict[str, Any]:
        if session.parent is None:
            raise ChannelError(
                f"The message on {self.label} that this one answers is not out, so nothing was "
                "posted. Send that post first.",
                permanent=True,
                code="parent_gone",
            )
        return {"message_id": session.parent.remote_id, "fail_if_not_exists": True}

    def _is_ours(self, message: Any, payload: Payload, session: Session) -> bool:
        above = (
            session.parent.remote_id if session.parent and payload["kind"] != Kind.POST else None
        )
        attached = dig(message, "attachments")
        return (
            str(dig(message, "author", "id")) == session.account.settings.get("bot_id")
            and plain(str(dig(message, "content") or "")) == plain(payload["content"])
            and dig(message, "message_reference", "message_id") == above
            and len(attached if isinstance(attached, list) else []) == len(payload["media"])
        )

    def _address(self, session: Session, message_id: str) -> str:
        account = session.account
        guild = account.settings.get("guild_id", "@me")
        return f"{self.at('web')}/channels/{guild}/{account.remote_id}/{message_id}"

    def _rest_of(self, session: Session) -> Rest:
        return self._rest(session.http, session.credentials["bot_token"])

    def _rest(self, client: httpx2.Client, token: str, **more: Any) -> Rest:
        headers = {
            "Authorization": f"Bot {token}",
            # The platform shuts out clients that do not call themselves so.
            "User-Agent": f"DiscordBot ({settings.WARREN_BASE_URL}, 1)",
        }
        return Rest(
            client,
            self.at("api"),
            self.retry_table,
            self.label,
            clock.now(),
            headers,
            read_error,
            **more,
        )


def _asked(rest: Rest, path: str, field: str, wrong: str) -> Any:
    try:
        answer = rest.get(path)
    except ChannelError as error:
        if error.permanent or error.reconnect:
            raise misfit(wrong, field) from error
        error.field = field
        raise
    if not answer.dig("id"):
        raise misfit("What answers there is not Discord. Try again in a minute.", field)
    return answer.body


def _typed(channel: str) -> str:
    """A channel's id, out of its address or as it is; "" if it is neither."""
    channel = channel.strip()
    if found := ADDRESS.search(channel):
        return found.group(1)
    return channel if re.fullmatch(r"\d{15,22}", channel) else ""


def _first_id(moment: datetime) -> int:
    """The lowest id that a message of this moment can have."""
    milliseconds = int((moment - timedelta(milliseconds=1)).timestamp() * 1000) - EPOCH_MS
    return max(0, milliseconds) << 22
