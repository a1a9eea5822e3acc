"""A receiver of one's own: it checks the signature by itself, and does its duty by the id."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import Item, Network, Reply, Request, Stage, route

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def is_post(request: Request) -> bool:
    return bool(request.json["type"] == "post.publish")


class Receiver(Network):
    def __init__(self) -> None:
        super().__init__()
        self.secrets = [SECRET]

    @route("POST", "/hooks/posts", makes_post=is_post)
    def take(self, request: Request) -> Reply:
        if not is_signed(request, self.secrets):
            return Reply(401, {"error": "bad signature"})
        if not is_post(request):
            return Reply(204)
        key, told = request.headers["webhook-id"], request.json["data"]
        assert key == told["id"]
        with self.lock:
            item = self.items.get(key) or self.keep(_item(key, told))
        return Reply(202, {"id": item.id, "url": f"https://receiver.example/{item.id}"})


def is_signed(request: Request, secrets: list[str]) -> bool:
    """Whether one of the signatures is one of ours (Standard Webhooks 1.0.0)."""
    head = [request.headers.get(f"webhook-{part}", "") for part in ("id", "timestamp")]
    signed = ".".join(head).encode() + b"." + request.body
    ours = {
        base64.b64encode(
            hmac.new(base64.b64decode(secret[len("whsec_") :]), signed, hashlib.sha256).digest()
        ).decode()
        for secret in secrets
    }
    given = request.headers.get("webhook-signature", "").split()
    return any(each.startswith("v1,") and each[3:] in ours for each in given)


def _item(key: str, told: dict[str, Any]) -> Item:
    return Item(
        key,
        told["text"],
        parent=told["parent"]["id"] if told["parent"] else "",
        kind="comment" if told["kind"] == "comment" else "post",
        key=key,
        media=[{**each, "kind": each["content_type"].partition("/")[0]} for each in told["media"]],
        facts={"title": told["title"], "link": told["link"]},
    )


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with Receiver() as network:
        assert isinstance(network, Receiver)
        url = f"{network.address}/hooks/posts"
        yield Stage(
            account=AccountFacts(hashlib.sha256(url.encode()).hexdigest()[:32], "receiver"),
            vault=Vault({"url": url, "secret": SECRET}),
            network=network,
            values={"name": "Our own page", "url": url, "secret": SECRET},
            exempt={
                "find": "A receiver tells nothing; a repetition is harmless by its id.",
                "connect": "Any answer with 2xx is a receipt, whatever its body is.",
                "faults:empty": "Any answer with 2xx is a receipt, whatever its body is.",
                "faults:page": "Any answer with 2xx is a receipt, whatever its body is.",
            },
        )
