"""A model provider over real HTTP: the four wire shapes, and the ways in which they fail.

provider = ModelServer(httpserver)
provider.will(answers({...}), status(429, retry_after=0), truncated(), hangs(2.0))
provider.route("openai")          # a Route to it
provider.requests[0].body         # what was really sent
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.kernel.llm.routes import Route

KEY = "sk-canary-8f2b61c09d"
MODELS = {
    "openai": "gpt-4o-mini",
    "anthropic": "claude-haiku-4-5",
    "google": "gemini-2.5-flash",
    "mistral": "mistral-small-latest",
    "openrouter": "openai/gpt-4o-mini",
    "compatible": "llama3.2",
}
PATHS = {"openai": "/openai/v1", "openrouter": "/openrouter/v1", "compatible": "/compatible/v1"}


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    text: str = ""
    finish: str = "stop"  # stop, length or refused
    status: int = 200
    error: str = ""
    retry_after: str = ""
    seconds: float = 0.0


def answers(output: dict[str, Any]) -> Reply:
    return Reply(text=json.dumps(output))


def says(text: str) -> Reply:
    return Reply(text=text)


def truncated() -> Reply:
    return Reply(text='{"summary": "It beg', finish="length")


def refuses() -> Reply:
    return Reply(text="", finish="refused")


def hangs(seconds: float, reply: Reply | None = None) -> Reply:
    return replace(reply or Reply(text="{}"), seconds=seconds)


def status(code: int, error: str = "", *, retry_after: str = "") -> Reply:
    # Real providers repeat a part of the key in their answer to a wrong one.
    return Reply(status=code, error=error or f"no: {KEY}", retry_after=retry_after)


class ModelServer:
    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.requests: list[Asked] = []
        self._replies: dict[str, deque[Reply]] = defaultdict(deque)
        self._released = threading.Event()
        server.expect_request(_AnyPath()).respond_with_handler(self._handle)

    def will(self, *replies: Reply, at: str = "") -> None:
        """What comes next, from one provider or from whichever is asked."""
        self._replies[at].extend(replies)

    def release(self) -> None:
        """Let hanging answers go, so that the server can stop."""
        self._released.set()

    def route(self, provider: str = "openai", **changes: Any) -> Route:
        path = PATHS.get(provider, f"/{provider}")
        route = Route(
            provider=provider,
            model=MODELS[provider],
            api_key=KEY,
            base_url=self.server.url_for(path),
            is_trusted_address=True,
        )
        return replace(route, **changes)

    def _handle(self, request: Request) -> Response:
        body = json.loads(request.get_data() or b"{}")
        self.requests.append(Asked(request.path, dict(request.headers), body))
        name = request.path.split("/")[1]
        queue = self._replies[name] or self._replies[""]
        reply = queue.popleft() if queue else status(503, "nothing scripted")
        if reply.seconds:
            self._released.wait(reply.seconds)
        content = _error(reply) if reply.status != 200 else _SHAPES[name](reply, body)
        response = Response(json.dumps(content), reply.status, content_type="application/json")
        if reply.retry_after:
            response.headers["Retry-After"] = reply.retry_after
        return response


class _AnyPath(str):
    """Equal to each path, which is how the test server asks."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    __hash__ = str.__hash__


def _error(reply: Reply) -> dict[str, Any]:
    code = "context_length_exceeded" if "context" in reply.error else None
    return {"error": {"message": reply.error, "type": "invalid_request_error", "code": code}}


def _openai(reply: Reply, asked: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    finish = {"refused": "content_filter"}.get(reply.finish, reply.finish)
    if asked.get("tools") and reply.text:
        call = {"name": asked["tools"][0]["function"]["name"], "arguments": reply.text}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call00001", "type": "function", "function": call}],
        }
        finish = "tool_calls" if finish == "stop" else finish
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": asked["model"],
        "provider": "test",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 200, "completion_tokens": 100, "total_tokens": 300},
    }


def _anthropic(reply: Reply, asked: dict[str, Any]) -> dict[str, Any]:
    name = asked["tools"][0]["name"] if asked.get("tools") else ""
    tool = {"type": "tool_use", "id": "toolu_1", "name": name, "input": json.loads(reply.text)}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [tool if name else {"type": "text", "text": reply.text}],
        "stop_reason": "tool_use" if name else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 200, "output_tokens": 100},
    }


def _google(reply: Reply, asked: dict[str, Any]) -> dict[str, Any]:
    content = {"role": "model", "parts": [{"text": reply.text}]}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "modelVersion": MODELS["google"],
        "responseId": "r1",
        "usageMetadata": {
            "promptTokenCount": 200,
            "candidatesTokenCount": 100,
            "totalTokenCount": 300,
        },
    }


_SHAPES: dict[str, Callable[[Reply, dict[str, Any]], dict[str, Any]]] = {
    "openai": _openai,
    "openrouter": _openai,
    "compatible": _openai,
    "mistral": _openai,
    "anthropic": _anthropic,
    "google": _google,
}
