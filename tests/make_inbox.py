"""Builders for the inbox: accounts on stand-ins, conversations and what was said."""

from __future__ import annotations

from typing import Any

from brands.models import BrandProfile
from config.kernel.clock import now
from publishing.models import (
    BrandAccountLink,
    Conversation,
    InboxMessage,
    SavedReply,
    SocialAccount,
)
from publishing.services.inbox_keeping import brand_of_account
from tests.networks.base import Stage


def staged_account(brand: BrandProfile, platform: str, stage: Stage) -> SocialAccount:
    """The account that a stage's network knows."""
    account = SocialAccount.objects.create(
        platform=platform,
        remote_id=stage.account.remote_id,
        name="The Harbour",
        handle=stage.account.handle,
        server=stage.account.server,
        credentials=dict(stage.vault.credentials),
        settings=dict(stage.account.settings),
    )
    BrandAccountLink.objects.create(brand=brand, account=account, platform=platform)
    return account


def mastodon_account(brand: BrandProfile, **fields: Any) -> SocialAccount:
    account = SocialAccount.objects.create(
        **{
            "platform": "mastodon",
            "remote_id": "mastodon.example/4711",
            "name": "The Harbour",
            "handle": "harbour@mastodon.example",
            "server": "https://mastodon.example",
            "credentials": {"access_token": "t"},
            **fields,
        }
    )
    BrandAccountLink.objects.create(brand=brand, account=account, platform=account.platform)
    return account


def conversation(account: SocialAccount, **fields: Any) -> Conversation:
    return Conversation.objects.create(
        **{
            "account": account,
            "brand": brand_of_account(account),
            "platform": account.platform,
            "kind": Conversation.Kind.COMMENT,
            "remote_id": f"root|{Conversation.objects.count()}",
            "person_id": "9",
            "person_name": "Anna",
            "person_handle": "anna@other.example",
            "last_message_at": now(),
            "waiting_since": now(),
            "unread_count": 1,
            **fields,
        }
    )


def message(place: Conversation, **fields: Any) -> InboxMessage:
    """Something of theirs, as Mastodon tells it."""
    number = InboxMessage.objects.count() + 500
    return InboxMessage.objects.create(
        **{
            "conversation": place,
            "side": InboxMessage.Side.THEIRS,
            "state": "said",
            "remote_id": str(number),
            "author_id": place.person_id,
            "author_name": place.person_name,
            "text": "When do you open?",
            "said_at": now(),
            "handle": {"id": str(number), "visibility": "public", "acct": place.person_handle},
            **fields,
        }
    )


def saved_reply(brand: BrandProfile | None = None, **fields: Any) -> SavedReply:
    return SavedReply.objects.create(
        **{"brand": brand, "name": "Hours", "text": "Hello {{ name }}, from nine to six.", **fields}
    )
