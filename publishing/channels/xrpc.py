"""The AT Protocol's calls: XRPC over HTTPS, its errors, its record keys and its tokens' dates."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from .errors import (
    TRANSPORT_ERRORS,
    UNPARSABLE,
    ChannelError,
    RetryTable,
    before_sending,
    transport_error,
)

TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


class Bearer(httpx2.Auth):
    """A token that whoever has it may use."""

    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["authorization"] = f"Bearer {self.token}"
        yield request


@dataclass(frozen=True, slots=True)
class Xrpc:
    """One server. Every method returns the JSON object of the answer or raises ChannelError.

    A failure of unknown outcome stays ambiguous only for calls with `makes_post`; of every other
    call nothing can be left behind that matters, so it counts as not sent.
    """

    http: httpx2.Client
    server: str
    table: RetryTable
    label: str
    now: datetime
    on_headers: Callable[[Mapping[str, str]], None] | None = None

    def query(
        self,
        name: str,
        params: Mapping[str, Any] | None = None,
        *,
        auth: httpx2.Auth | None = None,
    ) -> dict[str, Any]:
        request = self.http.build_request("GET", self._url(name), params=params)
        return self._answer(request, auth, makes_post=False)

    def procedure(
        self,
        name: str,
        body: Mapping[str, Any] | None = None,
        *,
        auth: httpx2.Auth | None = None,
        makes_post: bool = False,
    ) -> dict[str, Any]:
        request = self.http.build_request("POST", self._url(name), json=body)
        return self._answer(request, auth, makes_post=makes_post)

    def send(
        self,
        name: str,
        data: bytes,
        content_type: str,
        *,
        auth: httpx2.Auth,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A procedure whose input is a file."""
        request = self.http.build_request(
            "POST",
            self._url(name),
            content=data,
            params=params,
            headers={"content-type": content_type},
        )
        return self._answer(request, auth, makes_post=False)

    def upload(self, data: bytes, content_type: str, *, auth: httpx2.Auth) -> dict[str, Any]:
        """Store a blob; the same bytes give the same reference. Returns the blob object."""
        answer = self.send("com.atproto.repo.uploadBlob", data, content_type, auth=auth)
        blob = answer.get("blob")
        if not isinstance(blob, dict):
            unreadable = self.table.error(self.label, status=200, code=UNPARSABLE)
            raise before_sending(unreadable, self.label)
        return blob

    def _url(self, name: str) -> str:
        return f"{self.server}/xrpc/{name}"

    def _answer(
        self, request: httpx2.Request, auth: httpx2.Auth | None, *, makes_post: bool
    ) -> dict[str, Any]:
        try:
            response = self.http.send(request, auth=auth)
            if self.on_headers is not None:
                self.on_headers(response.headers)
            return self._read(response)
        except TRANSPORT_ERRORS as error:
            failed = transport_error(self.label, error)
            raise (failed if makes_post else before_sending(failed, self.label)) from error
        except ChannelError as error:
            if makes_post or not error.ambiguous:
                raise
            raise before_sending(error, self.label) from error

    def _read(self, response: httpx2.Response) -> dict[str, Any]:
        body = _object(response.content)
        if response.is_success:
            if body is None and response.content.strip():
                raise self._error(response, UNPARSABLE, "")
            return body or {}
        code = str((body or {}).get("error") or "")
        raise self._error(response, code, str((body or {}).get("message") or ""))

    def _error(self, response: httpx2.Response, code: str, detail: str) -> ChannelError:
        return self.table.error(
            self.label,
            status=response.status_code,
            code=code,
            detail=detail,
            headers=response.headers,
            now=self.now,
        )


def record_key(occurrence_key: str, now: datetime) -> str:
    """A record key (TID, 13 characters) that belongs to this occurrence alone.

    A TID is 53 bits of microseconds and 10 bits of clock id. The second comes from `now`; the
    microseconds and the clock id come from the occurrence's hash, so that two posts of one account
    in the same instant get different keys (one in 10⁹ otherwise) and the same post the same key.
    Source: the TID of @atproto/common-web, and what @atproto/pds 0.5.35 takes as a record key.
    """
    digest = int.from_bytes(hashlib.sha256(occurrence_key.encode()).digest()[:16])
    micros = int(now.timestamp()) * 1_000_000 + digest % 1_000_000
    number = (micros << 10) | (digest // 1_000_000) % 1024
    return "".join(TID_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def token_dates(token: str) -> tuple[datetime, datetime] | None:
    """When a JWT was issued and when it ends, unverified; None if it does not say."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return (
            datetime.fromtimestamp(int(claims["iat"]), UTC),
            datetime.fromtimestamp(int(claims["exp"]), UTC),
        )
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, binascii.Error):
        return None


def is_ending(token: str, now: datetime) -> bool:
    """Whether two thirds of a token's life are over, so that it might end in mid-publish."""
    dates = token_dates(token)
    if dates is None:
        return False
    issued, ends = dates
    return now >= issued + (ends - issued) * 2 / 3


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(content)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
