"""What a bot may do in one channel, computed as the platform does it.

Source: discord.com/developers/docs, page "Permissions", as of 2026-11: the everyone role, then all
roles of the bot, then the channel's overwrites for everyone, for roles and for the bot.
"""

from __future__ import annotations

from typing import Any

from .base import AccountFacts, Finding
from .errors import ChannelError
from .rest import Rest, dig

ADMINISTRATOR = 1 << 3
VIEW, SEND, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 15, 1 << 16
SEND_IN_THREADS = 1 << 38
THREADS = (10, 11, 12)


def findings(rest: Rest, account: AccountFacts) -> tuple[Finding, ...]:
    """Token, channel and permissions. Raises ChannelError when nothing could be asked."""
    try:
        me = rest.get("/users/@me")
        if not me.dig("id"):
            raise rest.unreadable(me)
        channel = rest.get(f"/channels/{account.remote_id}").body
        allowed = _allowed(rest, channel, account)
    except ChannelError as error:
        if error.reconnect:
            return (Finding("token", False, error.message, "Paste a new token of the bot."),)
        if error.permanent:
            return (Finding("role", False, error.message, "Ask an admin of the server for it."),)
        raise
    return (
        Finding("token", True, "Discord knows the bot."),
        Finding("channel", True, f"The bot sees #{dig(channel, 'name')}."),
        *_permissions(allowed, is_thread=dig(channel, "type") in THREADS),
    )


def _permissions(allowed: int, *, is_thread: bool) -> tuple[Finding, ...]:
    needed = {
        "View Channel": (VIEW, "nothing can be posted"),
        "Send Messages": (SEND_IN_THREADS if is_thread else SEND, "nothing can be posted"),
        "Attach Files": (ATTACH, "posts with pictures are refused"),
        "Read Message History": (HISTORY, "Warren cannot tell what became of a lost answer"),
    }
    missing = {name: why for name, (bit, why) in needed.items() if not allowed & bit}
    if not missing:
        return (Finding("permissions", True, "The bot may post, attach files and read back."),)
    return tuple(
        Finding(
            "permissions",
            False,
            f"The bot has no permission {name}: {why}.",
            f"Give the bot's role {name} in the channel's settings.",
        )
        for name, why in missing.items()
    )


def _allowed(rest: Rest, channel: Any, account: AccountFacts) -> int:
    guild, bot = account.settings["guild_id"], account.settings["bot_id"]
    member = rest.get(f"/guilds/{guild}/members/{bot}").body
    roles = rest.get(f"/guilds/{guild}/roles")
    if not isinstance(roles.body, list):
        raise rest.unreadable(roles)
    mine = {guild, *(str(each) for each in _list(dig(member, "roles")))}
    allowed = 0
    for role in roles.body:
        if str(dig(role, "id")) in mine:
            allowed |= int(dig(role, "permissions") or 0)
    if allowed & ADMINISTRATOR:
        return ~0
    return _overwritten(allowed, _list(dig(channel, "permission_overwrites")), guild, mine, bot)


def _overwritten(allowed: int, overwrites: list[Any], guild: str, mine: set[str], bot: str) -> int:
    by_id = {str(dig(each, "id")): each for each in overwrites}
    roles = [by_id[each] for each in mine - {guild} if each in by_id]
    for group in (
        [by_id[guild]] if guild in by_id else [],
        roles,
        [by_id[bot]] if bot in by_id else [],
    ):
        for each in group:
            allowed &= ~int(dig(each, "deny") or 0)
        for each in group:
            allowed |= int(dig(each, "allow") or 0)
    return allowed


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
