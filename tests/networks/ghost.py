"""Ghost: what its Admin API answered in version 6.65, as far as Warren calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import jwt
from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import RETRY_AFTER_SECONDS, Item, Network, Reply, Request, Stage, route
from .form import parts_of
from .prose import images_of_html, words_of_html

API = "/ghost/api/admin"
NAME, SECRET = "6489a1c2d3e4f50012345678", "ab" * 32
ERRORS = {
    401: ("UnauthorizedError", "INVALID_JWT"),
    403: ("HostLimitError", None),
    404: ("NotFoundError", None),
    409: ("UpdateCollisionError", "UPDATE_COLLISION"),
    422: ("ValidationError", None),
    429: ("TooManyRequestsError", None),
}


class GhostNetwork(Network):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, Any]] = {}
        self.versions = 0

    def refusal(self, status: int, context: str = "It says no.") -> Reply:
        kind, code = ERRORS.get(status, ("InternalServerError", None))
        headers = {self.retry_after_header: str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        error = {"message": "Not done.", "context": context, "type": kind, "code": code, "id": "x"}
        return Reply(status, {"errors": [error]}, headers)

    def admit(self, request: Request) -> Reply | None:
        if request.path == f"{API}/site/":
            return None
        try:
            assert jwt.get_unverified_header(request.token)["kid"] == NAME
            jwt.decode(
                request.token, bytes.fromhex(SECRET), algorithms=["HS256"], audience="/admin/"
            )
        except (jwt.PyJWTError, AssertionError):
            return self.refusal(401)
        return None

    @route("GET", f"{API}/site/")
    def site(self, request: Request) -> Reply:
        told = {"title": "Harbour", "url": f"{self.address}/", "icon": None, "version": "6.65"}
        return Reply(200, {"site": told})

    @route("GET", f"{API}/posts/")
    def some(self, request: Request) -> Reply:
        return Reply(200, {"posts": [], "meta": {}})

    @route("POST", f"{API}/images/upload/")
    def add_image(self, request: Request) -> Reply:
        parts = parts_of(request)
        if not parts["file"]["type"].startswith("image/"):
            return self.refusal(415)
        address = f"{self.address}/content/images/{parts['file']['name']}"
        return Reply(201, {"images": [{"url": address, "ref": parts["ref"]["text"]}]})

    @route("POST", f"{API}/posts/")
    def add(self, request: Request) -> Reply:
        assert request.query["source"] == "html"
        row = {"id": f"{int(self.next_id()):024x}", **request.json["posts"][0]}
        if not row["title"] or len(row["title"]) > 255:
            return self.refusal(422, "Title cannot be longer than 255 characters.")
        if row["slug"] in {each["slug"] for each in self.rows.values()}:
            row["slug"] += "-2"
        self.rows[row["id"]] = row
        return Reply(201, self._changed(row))

    @route("GET", rf"{API}/posts/slug/(?P<slug>[a-z0-9-]+)/")
    def by_slug(self, request: Request, slug: str) -> Reply:
        found = [row for row in self.rows.values() if row["slug"] == slug]
        return Reply(200, self._shown(found[0])) if found else self.refusal(404)

    @route("GET", rf"{API}/posts/(?P<number>[0-9a-f]+)/")
    def by_id(self, request: Request, number: str) -> Reply:
        return Reply(200, self._shown(self.rows[number])) if number in self.rows else self._none()

    @route("PUT", rf"{API}/posts/(?P<number>[0-9a-f]+)/", makes_post=True)
    def change(self, request: Request, number: str) -> Reply:
        if number not in self.rows:
            return self._none()
        row, wanted = self.rows[number], request.json["posts"][0]
        if wanted["updated_at"] != row["updated_at"]:
            return self.refusal(409, "Somebody else is editing this post.")
        row.update(wanted)
        answer = self._changed(row)
        if row["status"] == "published" and number not in self.items:
            self.keep(_item(row))
        return Reply(200, answer)

    @route("DELETE", rf"{API}/posts/(?P<number>[0-9a-f]+)/")
    def remove(self, request: Request, number: str) -> Reply:
        if self.rows.pop(number, None) is None:
            return self._none()
        self.items.pop(number, None)
        return Reply(204)

    def _none(self) -> Reply:
        return self.refusal(404, "Resource not found.")

    def _changed(self, row: dict[str, Any]) -> dict[str, Any]:
        self.versions += 1
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        row["updated_at"] = f"{moment[:19]}.{self.versions:03d}Z"
        return self._shown(row)

    def _shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        names = ("id", "slug", "title", "status", "updated_at")
        return {"posts": [{**{n: row[n] for n in names}, "url": f"{self.address}/{row['slug']}/"}]}


def _item(row: Mapping[str, Any]) -> Item:
    media: list[Mapping[str, Any]] = [
        {"kind": "image", "alt": alt} for _, alt in images_of_html(row["html"])
    ]
    if row.get("feature_image"):
        media.insert(0, {"kind": "image", "alt": row["feature_image_alt"]})
    return Item(
        row["id"],
        words_of_html(row["html"]),
        key=row["slug"],
        media=media,
        facts={
            "title": row["title"],
            "tags": [tag["name"] for tag in row["tags"]],
            "visibility": row["visibility"],
            "canonical_url": row["canonical_url"],
        },
    )


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with GhostNetwork() as network:
        key = f"{NAME}:{SECRET}"
        yield Stage(
            account=AccountFacts("harbour.example", "harbour.example", network.address),
            vault=Vault({"key": key}),
            network=network,
            values={"site": network.address, "key": key},
        )
