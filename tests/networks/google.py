"""What the stand-ins for Google's services share: consent, tokens that stay, and errors."""

from __future__ import annotations

from typing import Any

from .base import RETRY_AFTER_SECONDS, Reply, Request, route
from .consent import ConsentNetwork

REASONS = {
    401: ("authError", "UNAUTHENTICATED"),
    403: ("forbidden", "PERMISSION_DENIED"),
    404: ("notFound", "NOT_FOUND"),
    429: ("rateLimitExceeded", "RESOURCE_EXHAUSTED"),
    500: ("backendError", "INTERNAL"),
}


class GoogleNetwork(ConsentNetwork):
    lifetime = 3599
    rotates = False

    def admit(self, request: Request) -> Reply | None:
        if request.path == "/token" or self.is_let_in(request):
            return None
        return self.refusal(401)

    def refusal(self, status: int) -> Reply:
        return self.failure(status, REASONS.get(status, ("badRequest", "INVALID_ARGUMENT"))[0])

    def failure(self, status: int, reason: str, message: str = "") -> Reply:
        told = message or f"It says {status}"
        error: dict[str, Any] = {
            "code": status,
            "message": told,
            "errors": [{"message": told, "domain": "global", "reason": reason}],
            "status": REASONS.get(status, ("", "INVALID_ARGUMENT"))[1],
        }
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 429 else {}
        return Reply(status, {"error": error}, headers)

    @route("POST", "/token", renews=True)
    def token(self, request: Request) -> Reply:
        reply = self.give_tokens(request)
        if request.form.get("grant_type") != "refresh_token" or reply.status != 200:
            return reply
        # Google gives a refresh token at consent alone.
        body = {name: value for name, value in reply.body.items() if name != "refresh_token"}
        return Reply(200, body)
