"""JSON over HTTP as most platforms speak it: one call, one answer, or one ChannelError."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
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
from .shapes import Reading


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. `body` is the parsed JSON, None when there was none."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def dig(self, *path: str | int) -> Any:
        """What stands at a path of somebody else's JSON; None where there is no such thing."""
        return dig(self.body, *path)


ErrorReader = Callable[[int, Any], tuple[str, str]]
"""(status, parsed body) to (code, the platform's own sentence); either may be empty."""


def read_error(status: int, body: Any) -> tuple[str, str]:
    """The shapes that most platforms use: error, error.code, errors[0], code and message."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return "", ""
    inner = body.get("error", body.get("errors", body))
    if isinstance(inner, list):
        inner = inner[0] if inner else {}
    if isinstance(inner, str):
        told = body.get("error_description") or body.get("message") or inner
        return inner if " " not in inner.strip() else "", str(told)
    if not isinstance(inner, dict):
        return "", ""
    code = inner.get("code") or inner.get("type") or inner.get("status") or ""
    told = inner.get("message") or inner.get("detail") or inner.get("title") or ""
    return str(code), str(told)


def _ignore(answer: Answer) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Rest:
    """One platform at one address, with the headers of one account.

    A failure of unknown outcome stays ambiguous only for calls with `makes_post`; of every other
    call nothing can be left behind that matters, so it counts as not sent. `judge` sees each answer
    whose status says success and may raise, for platforms that say no in a 200.
    """

    http: httpx2.Client
    base: str
    table: RetryTable
    label: str
    now: datetime
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    reads_error: ErrorReader = read_error
    judge: Callable[[Answer], None] = _ignore
    on_headers: Callable[[Mapping[str, str]], None] | None = None
    accepts: frozenset[int] = frozenset()
    """Statuses beside 2xx that are answers here, such as the 308 of an upload in pieces."""

    def with_token(self, token: str) -> Rest:
        return self.with_headers({"Authorization": f"Bearer {token}"})

    def with_headers(self, headers: Mapping[str, str]) -> Rest:
        return replace(self, headers={**self.headers, **headers})

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        return self.call("GET", path, params=params)

    def call(
        self,
        method: str,
        path: str,
        *,
        makes_post: bool = False,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Answer:
        """One request; `request` is what httpx2 takes: params, json, data, files, content.

        `path` may be a whole address, as upload addresses are. A path is appended to `base`.
        """
        address = path if "://" in path else f"{self.base}{path}"
        if "?" in address and request.get("params"):
            # The client would put the parameters in place of those that the address has.
            address = str(httpx2.URL(address).copy_merge_params(request.pop("params")))
        try:
            response = self.http.request(
                method, address, headers={**self.headers, **(headers or {})}, **request
            )
            if self.on_headers is not None:
                self.on_headers(response.headers)
            answer = self._read(response)
            self.judge(answer)
        except TRANSPORT_ERRORS as error:
            failed = transport_error(self.label, error)
            raise (failed if makes_post else before_sending(failed, self.label)) from error
        except ChannelError as error:
            if makes_post or not error.ambiguous:
                raise
            raise before_sending(error, self.label) from error
        return answer

    def refuse(self, answer: Answer, code: str, detail: str = "") -> ChannelError:
        """The error of an answer that came as a success and is none."""
        return self.table.error(
            self.label,
            status=answer.status,
            code=code,
            detail=detail,
            headers=answer.headers,
            now=self.now,
        )

    def unreadable(self, answer: Answer) -> ChannelError:
        """A success in which what must be there is missing: nobody knows what it means."""
        return self.refuse(answer, UNPARSABLE)

    def _read(self, response: httpx2.Response) -> Answer:
        body = _parsed(response.content)
        answer = Answer(response.status_code, response.headers, body)
        if response.is_success or response.status_code in self.accepts:
            if body is None and response.content.strip():
                raise self.unreadable(answer)
            return answer
        code, detail = self.reads_error(response.status_code, body)
        raise self.refuse(answer, code, detail)


def dig(value: Any, *path: str | int) -> Any:
    """What stands at a path of somebody else's JSON; None where there is no such thing."""
    for name in path:
        if isinstance(value, dict) and isinstance(name, str):
            value = value.get(name)
        elif isinstance(value, list) and isinstance(name, int) and -len(value) <= name < len(value):
            value = value[name]
        else:
            return None
    return value


def count(value: Any) -> int | None:
    """A number that counts something, as platforms send it: 3, "3"; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and value >= 0 else None


def rate_reading(
    headers: Mapping[str, str],
    now: datetime,
    *,
    name: str = "calls",
    prefix: str = "x-ratelimit-",
) -> Reading | None:
    """The usual three headers (limit, remaining, reset) as a Reading; None when they are not there.

    The reset may be epoch seconds, seconds from now, or a date in ISO 8601.
    """
    limit, remaining = (count(headers.get(f"{prefix}{part}", "")) for part in _PARTS)
    if limit is None or remaining is None:
        return None
    return Reading(
        name, limit, max(0, limit - remaining), _moment(headers.get(f"{prefix}reset", ""), now)
    )


_PARTS = ("limit", "remaining")
_EPOCH = 1_000_000_000


def _moment(told: str, now: datetime) -> datetime | None:
    told = told.strip()
    try:
        number = float(told)
    except ValueError:
        try:
            moment = datetime.fromisoformat(told)
        except ValueError:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else None
    if number > _EPOCH:
        return datetime.fromtimestamp(number, UTC)
    return now + timedelta(seconds=number)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
