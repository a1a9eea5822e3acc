"""Channels of the scene: one that the doctor has looked at, and a choice that waits."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.services.files import store_file
from publishing.models import (
    AccountQuota,
    ConnectAttempt,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    SocialAccount,
)
from tests import make
from tests.world import World

# One grey pixel.
PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenmanufaktur"


def channels(world: World) -> dict[str, Any]:
    """Keyword of an address -> the row."""
    with org_atomic(world.id):
        account = checked(world)
        return {
            "checked": account.pk,
            "attempt": choice(world).pk,
            "handed": handed(world).pk,
            "threaded": threaded(world, account).pk,
        }


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


def handed(world: World) -> Delivery:
    """A post that a person has to put up."""
    settings = {"network": "Bluesky", "profile": "", "who": "Mira"}
    account = SocialAccount.objects.create(
        platform="by_hand", remote_id="board", name="The notice board", settings=settings
    )
    key = store_file(PICTURE, ending="png")
    media = [{"reference": key, "content_type": "image/png", "alt": LONG}]
    pending = make.pending_post(world.brand, account, media=media, status="publishing")
    payload = {**settings, "text": f"{pending.content} {LONG}", "title": LONG, "link": ""}
    return make.delivery(
        pending,
        state=DeliveryState.ACCEPTED,
        error_message="Waiting for Mira to post it by hand on Bluesky.",
        payload={**payload, "media": []},
    )


def threaded(world: World, account: SocialAccount) -> Delivery:
    """A post that is out, with a part that failed and the ones behind it."""
    pending = make.pending_post(
        world.brand,
        account,
        status="published",
        thread=[f"And then the sails. {LONG}", "And the ropes."],
        first_comment="Ask us anything.",
    )
    root = make.delivery(
        pending, state=DeliveryState.PUBLISHED, remote_url="https://bsky.example/1"
    )
    states = {
        "2": ("reply", DeliveryState.FAILED, "The network refused this part: it is too long."),
        "3": ("reply", DeliveryState.SCHEDULED, ""),
        "comment": ("comment", DeliveryState.PUBLISHED, ""),
    }
    for number, (name, (part, state, error)) in enumerate(states.items()):
        make.delivery(
            pending,
            part=part,
            parent=root,
            state=state,
            due_at=None,
            error_message=error,
            occurrence=f"1/{name}",
            idempotency_key=f"{root.idempotency_key[:60]}-{number}",
        )
    return root


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
