"""Channels of the scene: one that the doctor has looked at, and a choice that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import AccountQuota, ConnectAttempt, DeliveryAttempt, SocialAccount
from tests import make
from tests.world import World

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenmanufaktur"


def channels(world: World) -> dict[str, Any]:
    """Keyword of an address -> the row."""
    with org_atomic(world.id):
        account = checked(world)
        return {"checked": account.pk, "attempt": choice(world).pk}


def checked(world: World) -> SocialAccount:
    account = SocialAccount.objects.create(
        platform="bluesky",
        remote_id="did:plc:checked",
        name="Harbour, looked at",
        handle="looked.at.bsky.social",
        credentials={},
        scopes=["atproto"],
        token_expires_at=now() + timedelta(hours=2),
        last_refresh_at=now(),
        next_send_at=now() + timedelta(minutes=3),
        opened_until=now() + timedelta(minutes=9),
        checked_at=now() - timedelta(hours=3),
        report=[
            {"check": "token", "ok": True, "says": "It lets Warren in.", "mend": ""},
            {"check": "role", "ok": None, "says": "It does not tell about roles.", "mend": ""},
            {
                "check": "scopes",
                "ok": False,
                "says": f"It may not publish pictures: {LONG} is missing.",
                "mend": "Connect again and leave every box ticked.",
            },
        ],
    )
    for name, used in (("points_hour", 4_700), ("points_day", 35_000)):
        AccountQuota.objects.create(
            account=account,
            name=name,
            limit=5_000 if used < 5_000 else 35_000,
            used=used,
            resets_at=now() + timedelta(minutes=40),
            read_at=now(),
            source=AccountQuota.Source.HEADERS,
        )
    pending = make.pending_post(world.brand, account)
    delivery = make.delivery(pending, state="failed", error_message="The picture was refused.")
    DeliveryAttempt.objects.create(
        delivery=delivery,
        number=1,
        outcome=DeliveryAttempt.Outcome.REFUSED,
        message="The picture was refused.",
        code="InvalidBlob",
        evidence={"http_status": 400, "detail": "Blob is too large"},
    )
    return account


def choice(world: World) -> ConnectAttempt:
    """Of two accounts that a network opened for the owner."""
    offered: list[dict[str, Any]] = [
        {
            "remote_id": str(number),
            "name": name,
            "handle": f"page{number}",
            "profile_url": "",
            "avatar_url": "",
            "credentials": {},
            "server": "",
            "settings": {},
            "scopes": [],
            "expires_at": None,
            "account_type": "business",
        }
        for number, name in enumerate((LONG, "Pine Shop"))
    ]
    return ConnectAttempt.objects.create(
        platform="bluesky",
        user=world.owner,
        offered=offered,
        used_at=now(),
        expires_at=now() + timedelta(hours=2),
    )
