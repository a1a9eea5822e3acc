"""A stand-in for the reference server: real HTTP, its statuses, error codes and bodies.

What it answers was read off @atproto/pds 0.5.35; `test_bluesky.py` runs the same tests against
both, so that it cannot drift. Besides, it can misbehave as no sound server can be made to.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import regex  # type: ignore[import-untyped, unused-ignore]
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from . import fake_oauth
from .atproto import Person, claims_of, signed

Answer = tuple[int, dict[str, Any]]
Fault = Callable[["FakeNetwork", Request, Callable[[], Response]], Response]
ACCESS_SECONDS, REFRESH_SECONDS = 7200, 90 * 86400


@dataclass(slots=True)
class Account:
    person: Person
    taken_down: bool = False
    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)


@dataclass(slots=True)
class FakeNetwork:
    server: HTTPServer
    has_appview: bool = True
    secret: str = "fake-secret"
    accounts: dict[str, Account] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """(HTTP method, method's name) of every call, in order."""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    grants: fake_oauth.Grants = field(default_factory=fake_oauth.Grants)
    lists: dict[str, Callable[[Request], Answer]] = field(default_factory=dict)
    """Lists that the AppView gives, by their method."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Videos that are worked on, by job, each with the looks that it still takes."""
    video_looks: int = 1
    video_fails: str = ""
    video_limits: dict[str, Any] = field(default_factory=lambda: {"canUpload": True})
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.server.expect_request(re.compile("/.*")).respond_with_handler(self._handle)

    @property
    def address(self) -> str:
        return self.server.url_for("").rstrip("/")

    @property
    def directory(self) -> str:
        return self.address

    def join(self) -> Person:
        number = next(self._numbers)
        digest = base64.b32encode(hashlib.sha256(str(number).encode()).digest()[:15])
        did = f"did:plc:{digest.decode().lower()}"
        handle = f"person{number}.test"
        person = Person(did, handle, "abcd-efgh-ijkl-mnop", self._tokens(did, handle))
        self.accounts[did] = Account(person)
        return person

    def sign(self, claims: Mapping[str, Any], kind: str) -> str:
        return signed(self.secret, claims, kind)

    def take_down(self, person: Person) -> None:
        self.accounts[person.did].taken_down = True

    def posts_of(self, person: Person) -> list[dict[str, Any]]:
        return [
            {"uri": _uri(person.did, *key), "value": record}
            for key, record in self.accounts[person.did].records.items()
        ]

    def misbehave(self, name: str, *faults: Fault) -> None:
        """Answer the next calls of a method by these, one each."""
        self.faults.setdefault(name, []).extend(faults)

    def calls_of(self, name: str) -> int:
        return sum(1 for _, called in self.requests if called == name)

    def consent(self, query: Mapping[str, str], person: Person) -> dict[str, str]:
        return fake_oauth.consent(self, query, person)

    def _handle(self, request: Request) -> Response:
        name = request.path.removeprefix("/xrpc/")
        self.requests.append((request.method, name))
        method = listed if name in self.lists else METHODS.get(name)

        def sound() -> Response:
            if name.startswith("/did:plc:"):
                return _json(*fake_oauth.document(self, name[1:]))
            status, body = method(self, request) if method else _error(501, "MethodNotImplemented")
            return _json(status, body, self._headers(request, body))

        queue = self.faults.get(name)
        return queue.pop(0)(self, request, sound) if queue else sound()

    def _headers(self, request: Request, body: dict[str, Any]) -> dict[str, str]:
        """What stands above an answer: how much is left, and the nonce for the next proof."""
        headers = {
            "ratelimit-limit": "5000",
            "ratelimit-remaining": "4998",
            "ratelimit-reset": str(int(time.time()) + 3600),
            "ratelimit-policy": "5000;w=3600",
        }
        if "dpop" in request.headers:
            headers["DPoP-Nonce"] = self.grants.nonce(request.path)
            if body.get("error") in ("use_dpop_nonce", "invalid_token"):
                headers["WWW-Authenticate"] = f'DPoP error="{body["error"]}"'
        return headers

    def _tokens(self, did: str, handle: str) -> dict[str, str]:
        now, number = int(time.time()), next(self._numbers)
        common = {"sub": did, "aud": "did:web:localhost", "iat": now, "jti": str(number)}
        access = {**common, "scope": "com.atproto.appPass", "exp": now + ACCESS_SECONDS}
        refresh = {**common, "scope": "com.atproto.refresh", "exp": now + REFRESH_SECONDS}
        return {
            "did": did,
            "handle": handle,
            "accessJwt": self.sign(access, "at+jwt"),
            "refreshJwt": self.sign(refresh, "refresh+jwt"),
        }

    def account_of(self, request: Request, kind: str = "at+jwt") -> Account | Answer:
        """Whose token it is, or the server's answer to a bad one: 400, but 401 if there is none."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme == "DPoP":
            return self._owner_of_grant(request, token)
        if not token:
            return _error(401, "AuthMissing", "Authentication Required")
        try:
            claims = claims_of(token)
        except (ValueError, IndexError):
            return _error(400, "InvalidToken", "Token could not be verified")
        if self.sign(claims, kind) != token:
            return _error(400, "InvalidToken", "Token could not be verified")
        if claims["exp"] < time.time():
            return _error(400, "ExpiredToken", "Token has expired")
        account = self.accounts[claims["sub"]]
        if account.taken_down:
            return _error(401, "AccountTakedown", "Account has been taken down")
        return account

    def _owner_of_grant(self, request: Request, token: str) -> Account | Answer:
        try:
            thumbprint = fake_oauth.proven(self, request, token)
        except fake_oauth.Wrong as error:
            return _error(401, str(error), "Authorization server requires nonce in DPoP proof")
        did, bound_to = self.grants.access.get(token, ("", ""))
        if not did or bound_to != thumbprint:
            return _error(401, "invalid_token", "Token not found")
        account = self.accounts[did]
        if account.taken_down:
            return _error(401, "AccountTakedown", "Account has been taken down")
        return account


def create_session(network: FakeNetwork, request: Request) -> Answer:
    body = request.get_json()
    for account in network.accounts.values():
        person = account.person
        known = body["identifier"] in (person.handle, person.did)
        if known and body["password"] == person.app_password and not account.taken_down:
            return 200, {**network._tokens(person.did, person.handle), "active": True}
    return _error(401, "AuthenticationRequired", "Invalid identifier or password")


def refresh_session(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request, "refresh+jwt")
    if not isinstance(account, Account):
        return account
    token = request.headers["authorization"]
    if token in account.spent:
        return _error(400, "ExpiredToken", "Token has been revoked")
    account.spent.add(token)
    person = account.person
    return 200, {**network._tokens(person.did, person.handle), "active": True}


def delete_session(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request, "refresh+jwt")
    if not isinstance(account, Account):
        return account
    account.spent.add(request.headers["authorization"])
    return 200, {}


def get_session(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request)
    if not isinstance(account, Account):
        return account
    person = account.person
    _, said = fake_oauth.document(network, person.did)
    return 200, {"did": person.did, "handle": person.handle, "active": True, "didDoc": said}


def get_service_auth(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request)
    if not isinstance(account, Account):
        return account
    args = request.args
    who = {"iss": account.person.did, "aud": args["aud"], "lxm": args["lxm"]}
    claims = {**who, "exp": int(args["exp"])}
    return 200, {"token": network.sign(claims, "JWT")}


def _service_call(network: FakeNetwork, request: Request) -> dict[str, Any] | None:
    """Whose service token it is, and for what; None for anything else."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    claims = claims_of(token)
    return claims if network.sign(claims, "JWT") == token else None


def get_upload_limits(network: FakeNetwork, request: Request) -> Answer:
    claims = _service_call(network, request)
    if claims is None or claims["lxm"] != "app.bsky.video.getUploadLimits":
        return _error(401, "AuthMissing", "Authentication Required")
    return 200, network.video_limits


def upload_video(network: FakeNetwork, request: Request) -> Answer:
    claims = _service_call(network, request)
    if claims is None or claims["lxm"] != "com.atproto.repo.uploadBlob":
        return _error(401, "AuthMissing", "Authentication Required")
    if claims["aud"] != "did:web:127.0.0.1" or claims["iss"] != request.args["did"]:
        return _error(401, "BadJwtAudience", "jwt audience does not match service did")
    data = request.get_data()
    cid = _cid(0x55, data)
    blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": "video/mp4", "size": len(data)}
    job = f"job-{cid[-8:]}"
    status = {"jobId": job, "did": claims["iss"], "state": "JOB_STATE_CREATED"}
    if job in network.jobs:
        return 409, {**status, "error": "already_exists", "message": "Video already processed"}
    network.jobs[job] = {"looks": network.video_looks, "blob": blob, "did": claims["iss"]}
    return 200, {"jobStatus": status}


def get_job_status(network: FakeNetwork, request: Request) -> Answer:
    name = request.args["jobId"]
    job = network.jobs[name]
    status = {"jobId": name, "did": job["did"], "state": "JOB_STATE_ENCODING", "progress": 50}
    job["looks"] -= 1
    if network.video_fails:
        status |= {"state": "JOB_STATE_FAILED", "message": network.video_fails}
    elif job["looks"] < 0:
        network.accounts[job["did"]].blobs[job["blob"]["ref"]["$link"]] = job["blob"]
        status |= {"state": "JOB_STATE_COMPLETED", "blob": job["blob"]}
    return 200, {"jobStatus": status}


def resolve_handle(network: FakeNetwork, request: Request) -> Answer:
    for account in network.accounts.values():
        if account.person.handle == request.args["handle"]:
            return 200, {"did": account.person.did}
    return _error(400, "InvalidRequest", "Unable to resolve handle")


def upload_blob(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request)
    if not isinstance(account, Account):
        return account
    data = request.get_data()
    if len(data) > 5 * 1024 * 1024:
        return _error(413, "PayloadTooLarge", "request entity too large")
    cid = _cid(0x55, data)
    blob = {
        "$type": "blob",
        "ref": {"$link": cid},
        "mimeType": request.headers["content-type"],
        "size": len(data),
    }
    account.blobs[cid] = blob
    return 200, {"blob": blob}


def put_record(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request)
    if not isinstance(account, Account):
        return account
    body = request.get_json()
    if body["repo"] != account.person.did:
        return _error(403, "AccountNotFound", "Account not found")
    record, key = body["record"], (body["collection"], body["rkey"])
    if wrong := _misfit(record, account):
        return wrong
    before = account.records.get(key)
    if before is not None and before != record and "swapRecord" in body:
        return _error(400, "InvalidSwap", f"Record was at {_record_cid(before)}")
    account.records[key] = record
    answer = {"uri": _uri(account.person.did, *key), "cid": _record_cid(record)}
    return 200, {**answer, "validationStatus": "valid"}


def get_record(network: FakeNetwork, request: Request) -> Answer:
    args = request.args
    account = network.accounts.get(args["repo"])
    key = (args["collection"], args["rkey"])
    record = account.records.get(key) if account else None
    if account is None or record is None:
        uri = _uri(args["repo"], args["collection"], args["rkey"])
        return _error(400, "RecordNotFound", f"Could not locate record: {uri}")
    uri = _uri(account.person.did, args["collection"], args["rkey"])
    return 200, {"uri": uri, "cid": _record_cid(record), "value": record}


def delete_record(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request)
    if not isinstance(account, Account):
        return account
    body = request.get_json()
    account.records.pop((body["collection"], body["rkey"]), None)
    return 200, {}


def get_posts(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request)
    if not isinstance(account, Account):
        return account
    if not network.has_appview:
        return _error(400, "InvalidRequest", "No service configured for app.bsky.feed.getPosts")
    alive = {
        _uri(other.person.did, *key) for other in network.accounts.values() for key in other.records
    }
    nought = dict.fromkeys(COUNTS, 0)
    views = [
        {"uri": uri, **nought, **network.counts.get(uri, {})}
        for uri in request.args.getlist("uris")
        if uri in alive
    ]
    return 200, {"posts": views}


def listed(network: FakeNetwork, request: Request) -> Answer:
    account = network.account_of(request)
    name = request.path.removeprefix("/xrpc/")
    if not isinstance(account, Account):
        return account
    if not network.has_appview:
        return _error(400, "InvalidRequest", f"No service configured for {name}")
    return network.lists[name](request)


COUNTS = ("likeCount", "replyCount", "repostCount", "quoteCount", "bookmarkCount")
METHODS: dict[str, Callable[[FakeNetwork, Request], Answer]] = {
    "com.atproto.server.createSession": create_session,
    "com.atproto.server.refreshSession": refresh_session,
    "com.atproto.server.deleteSession": delete_session,
    "com.atproto.server.getSession": get_session,
    "com.atproto.server.getServiceAuth": get_service_auth,
    "app.bsky.video.getUploadLimits": get_upload_limits,
    "app.bsky.video.uploadVideo": upload_video,
    "app.bsky.video.getJobStatus": get_job_status,
    "/.well-known/oauth-protected-resource": fake_oauth.protected_resource,
    "/.well-known/oauth-authorization-server": fake_oauth.authorization_server,
    "/oauth/par": fake_oauth.push,
    "/oauth/token": fake_oauth.give_tokens,
    "/oauth/revoke": fake_oauth.revoke,
    "com.atproto.identity.resolveHandle": resolve_handle,
    "com.atproto.repo.uploadBlob": upload_blob,
    "com.atproto.repo.putRecord": put_record,
    "com.atproto.repo.getRecord": get_record,
    "com.atproto.repo.deleteRecord": delete_record,
    "app.bsky.feed.getPosts": get_posts,
}


def answering(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Fault:
    """Answer so, and do nothing."""
    return lambda network, request, sound: _json(status, body, headers)


def accepting_then(status: int, body: Any) -> Fault:
    """Do what is asked, and answer so all the same."""

    def fault(network: FakeNetwork, request: Request, sound: Callable[[], Response]) -> Response:
        sound()
        return _json(status, body)

    return fault


def _misfit(record: dict[str, Any], account: Account) -> Answer | None:
    text, embed = record["text"], record.get("embed", {})
    size = len(text.encode())
    if size > 3000:
        return _invalid(f"string too big (maximum 3000, got {size}) at $.record.text")
    if (seen := len(regex.findall(r"\X", text))) > 300:
        return _invalid(f"grapheme too big (maximum 300, got {seen}) at $.record.text")
    images = embed.get("images", [])
    if len(images) > 4:
        return _invalid(f"array too big (maximum 4, got {len(images)}) at $.record.embed.images")
    video = embed.get("video")
    if video and account.blobs.get(video["ref"]["$link"]) is None:
        return _error(400, "BlobNotFound", "Could not find blob")
    for image in images:
        if account.blobs.get(image["image"]["ref"]["$link"]) is None:
            return _error(400, "BlobNotFound", "Could not find blob")
        if image["image"]["size"] > 2_000_000:
            return _invalid("blob too big (maximum 2000000)")
    return None


def _invalid(message: str) -> Answer:
    return _error(400, "InvalidRequest", f"Invalid app.bsky.feed.post record: {message}")


def _error(status: int, code: str, message: str = "") -> Answer:
    return status, {"error": code, "message": message}


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/html" if isinstance(body, str) else "application/json"
    return Response(text, status, headers=dict(headers or {}), content_type=kind)


def _uri(did: str, collection: str, rkey: str) -> str:
    return f"at://{did}/{collection}/{rkey}"


def _record_cid(record: Mapping[str, Any]) -> str:
    return _cid(0x71, json.dumps(record, sort_keys=True).encode())


def _cid(codec: int, data: bytes) -> str:
    raw = bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")
