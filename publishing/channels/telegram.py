"""Telegram, one channel or group by a bot that its people have made.

Class D: the Bot API knows no key, and a bot cannot read what it has posted. Only what certainly has
not left is sent again by itself; any other unknown outcome goes to a person.

Texts go without a parse mode: nothing needs escaping, and Telegram finds links, hashtags and
mentions itself. Descriptions of pictures have no place there.

Sources, as of 2026-11: core.telegram.org/bots/api, sections "Making requests", "sendMessage",
"sendPhoto", "sendVideo", "sendMediaGroup", "getChatMember", "deleteMessage" and
"ResponseParameters", and the FAQ's "broadcasting" limits. Not verified against the live service:
the wording of descriptions, which is all that tells one refusal from another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2

from config.kernel import clock, http

from .base import (
    AccountFacts,
    Channel,
    Connection,
    CredentialField,
    DeliveryClass,
    Draft,
    Finding,
    Handle,
    Heard,
    Hearing,
    Limits,
    Payload,
    Published,
    Quota,
    Session,
    VideoLimits,
)
from .errors import ChannelError, RetryTable
from .listening import refuse_misfit
from .rest import Answer, dig
from .servers import misfit
from .telegram_calls import ASK_AGAIN, RULES, Bot, role_of
from .telegram_files import caption_and_files
from .telegram_inbox import Inbox, answer_fields

CALL_SECONDS = 20
MAX_BYTES = 1_000_000


class Telegram(Channel):
    slug = "telegram"
    label = "Telegram"
    icon = "img/channels/telegram.svg"
    delivery_class = DeliveryClass.D
    hosts = {"api": "https://api.telegram.org", "web": "https://t.me"}  # noqa: RUF012
    help_url = "https://core.telegram.org/bots/features#botfather"
    limits = Limits(
        max_characters=4096,
        counter="utf16",
        max_characters_with_media=1024,
        images_max=10,
        image_max_bytes=10_000_000,
        image_types=("image/jpeg", "image/png", "image/webp"),
        image_ratio_min=0.05,
        image_ratio_max=20,
        image_longest_side=5000,
        videos_max=10,
        video=VideoLimits(max_bytes=50_000_000, codecs=("h264", "hevc")),
        mixes_media=True,
        thread_max=50,
    )
    retry_table = RetryTable(RULES)
    quotas = (Quota("minute", 20, 60),)
    spacing_seconds = 3.0
    credential_fields = (
        CredentialField(
            "bot_token",
            "Bot token",
            help="Write to @BotFather in Telegram, make a bot there, and copy its token.",
            secret=True,
        ),
        CredentialField(
            "chat",
            "Channel or group",
            help="Its @name, or its number if it is private. Make the bot an administrator there "
            "first.",
        ),
    )
    option_fields = (
        CredentialField(
            "silent",
            "Notification",
            required=False,
            choices=(("", "With a sound"), ("yes", "Without a sound")),
        ),
    )

    hears = ("comment", "mention", "message")
    listens_every = 120.0
    answer_key_lasts = timedelta(0)

    def connect(self, values: Mapping[str, str]) -> Connection:
        """Ask who the bot is, what the chat is, and whether the one may post in the other."""
        token, chat = values.get("bot_token", "").strip(), values.get("chat", "").strip()
        if not token:
            raise misfit("Write the bot's token, as @BotFather gave it.", "bot_token")
        if not chat:
            raise misfit("Write the channel's or group's @name, or its number.", "chat")
        with http.client(timeout_seconds=CALL_SECONDS, max_bytes=MAX_BYTES) as client:
            bot = self._bot(client, token, clock.now())
            me = _for_field("bot_token", TOKEN_WRONG, lambda: bot.ask("getMe"))
            named = _for_field("chat", CHAT_WRONG, lambda: bot.ask("getChat", chat_id=_chat(chat)))
            kind, number = str(dig(named, "type") or ""), dig(named, "id")
            if kind not in ("channel", "supergroup", "group") or number is None:
                raise misfit("That is no channel or group: a bot cannot post there.", "chat")
            member = _for_field(
                "chat", BOT_OUTSIDE, lambda: bot.ask("getChatMember", **_who(number, me))
            )
        role = role_of(member, kind)
        if not role.ok:
            raise misfit(f"{role.says} {role.mend}", "chat")
        public = str(dig(named, "username") or "")
        return Connection(
            remote_id=str(number),
            name=str(dig(named, "title") or public or number),
            handle=public,
            profile_url=f"{self.at('web')}/{public}" if public else self.at("web"),
            avatar_url="",
            credentials={"bot_token": token, "chat_id": str(number), "bot_id": dig(me, "id")},
            settings={"chat_type": kind, "bot": str(dig(me, "username") or "")},
        )

    def freeze(
        self, draft: Draft, account: AccountFacts, *, occurrence_key: str, now: datetime
    ) -> Payload:
        self.refuse_misfits(draft, account)
        silent = draft.options.get("silent") or account.settings.get("silent") or ""
        return {
            "kind": draft.kind,
            "key": occurrence_key,
            "text": self.compose(draft),
            "silent": silent == "yes",
            "media": [
                {
                    "reference": each.reference,
                    "alt": each.alt,
                    "type": each.content_type,
                    "width": each.width,
                    "height": each.height,
                    "seconds": each.duration_seconds,
                }
                for each in draft.media
            ],
        }

    def publish(self, payload: Payload, session: Session) -> Published:
        """Send it: one message, or one for each file of an album.

        A group that has become a supergroup has another number and takes nothing at the old one;
        the new number is kept, and the message goes there at once.
        """
        method, fields, files, notes = caption_and_files(payload, session, self.limits)
        bot = self._bot(session.http, session.credentials["bot_token"], session.now)

        def send() -> Any:
            chat = session.credentials["chat_id"]
            return bot.ask(method, makes_post=True, files=files, chat_id=chat, **fields)

        try:
            sent = send()
        except ChannelError as error:
            if error.code != ASK_AGAIN:
                raise
            self._move(session, str(error.extra["moved_to"]))
            sent = send()
        messages = sent if isinstance(sent, list) else [sent]
        numbers = [dig(each, "message_id") for each in messages]
        if not numbers or None in numbers:
            raise bot.unreadable(Answer(200, {}, sent))
        remote_id = ",".join(str(number) for number in numbers)
        return Published(remote_id, self._address(messages[0], session), notes)

    def delete(self, post: Published, session: Session) -> None:
        """Take down each message of the post. Telegram lets bots delete in channels at any time, in
        groups for 48 hours."""
        bot = self._bot(session.http, session.credentials["bot_token"], session.now)
        for number in post.remote_id.split(","):
            chat = session.credentials["chat_id"]
            try:
                bot.ask("deleteMessage", chat_id=chat, message_id=int(number))
            except ChannelError as error:
                if error.code != "message_gone":
                    raise

    def probe(self, session: Session) -> tuple[Finding, ...]:
        bot = self._bot(session.http, session.credentials["bot_token"], session.now)
        try:
            me = bot.ask("getMe")
        except ChannelError as error:
            if not error.reconnect:
                raise
            return (Finding("token", False, error.message, "Connect the channel again."),)
        if dig(me, "id") is None:
            raise bot.unreadable(Answer(200, {}, me))
        token = Finding("token", True, f"The bot @{dig(me, 'username')} may speak.")
        chat = session.credentials["chat_id"]
        try:
            member = bot.ask("getChatMember", **_who(chat, me))
        except ChannelError as error:
            if not error.permanent and not error.reconnect:
                raise
            mend = "Make the bot an administrator of the channel again."
            return (token, Finding("role", False, error.message, mend))
        return (token, role_of(member, str(session.account.settings.get("chat_type") or "channel")))

    # What people say

    def listen(self, session: Session, *, cursor: Handle, posts: tuple[Published, ...]) -> Hearing:
        """What the bot was told since the last reading, which this one confirms."""
        keys, account = session.credentials, session.account
        bot = self._bot(session.http, keys["bot_token"], session.now)
        number = str(keys.get("bot_id") or keys["bot_token"].partition(":")[0])
        name = str(account.settings.get("bot", ""))
        return Inbox(bot, str(keys["chat_id"]), number, name, self.at("web"), session.now).listen(
            cursor
        )

    def answer_room(self, heard: Heard, account: AccountFacts) -> int | None:
        return self.limits.max_characters

    def answer(
        self, heard: Heard, text: str, session: Session, *, key: str, at: datetime
    ) -> Published:
        """One message. Telegram knows no key, so what became of a lost one only a person sees."""
        account = session.account
        refuse_misfit(self, self.answer_room(heard, account), text, account)
        bot = self._bot(session.http, session.credentials["bot_token"], session.now)
        sent = bot.ask("sendMessage", makes_post=True, **answer_fields(heard, text))
        number = dig(sent, "message_id")
        if number is None:
            raise bot.unreadable(Answer(200, {}, sent))
        return Published(f"{heard.handle['chat']}:{number}", "")

    # Calls

    def _bot(self, client: httpx2.Client, token: str, now: datetime) -> Bot:
        return Bot(client, f"{self.at('api')}/bot{token}", self.retry_table, self.label, now)

    def _move(self, session: Session, chat: str) -> None:
        with session.account_lock():
            session.save_credentials({**session.credentials, "chat_id": chat})

    def _address(self, message: Any, session: Session) -> str:
        """Public channels have their name in it, private ones their number without its -100."""
        number = dig(message, "message_id")
        public = dig(message, "chat", "username") or session.account.handle
        if public:
            return f"{self.at('web')}/{public}/{number}"
        inner = str(session.credentials["chat_id"]).removeprefix("-100")
        if inner.startswith("-"):
            # A basic group: its messages have no address.
            return self.at("web")
        return f"{self.at('web')}/c/{inner}/{number}"


TOKEN_WRONG = "Telegram does not know this token. Copy it once more from @BotFather."  # noqa: S105
CHAT_WRONG = (
    "Telegram does not show this chat to the bot: check its @name or number, and make the bot an "
    "administrator there."
)
BOT_OUTSIDE = "The bot is not in this chat. Make it an administrator there, then connect again."


def _for_field(field: str, sentence: str, call: Callable[[], Any]) -> Any:
    """A refusal told at the input that it is about; failures of the network stay what they are."""
    try:
        return call()
    except ChannelError as error:
        if error.permanent or error.reconnect:
            raise misfit(sentence, field) from error
        raise


def _chat(typed: str) -> str | int:
    name = typed.removeprefix("https://t.me/").removeprefix("t.me/").strip("/")
    if name.lstrip("-").isdigit():
        return int(name)
    return name if name.startswith("@") else f"@{name}"


def _who(chat: Any, me: Any) -> dict[str, Any]:
    return {"chat_id": chat, "user_id": dig(me, "id")}
