"""How often a person, or an address, may do what costs others something."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from config.kernel.peers import network_of
from config.kernel.throttle import throttle

View = Callable[..., HttpResponse]


def throttled(
    name: str,
    *,
    limit: int,
    per_seconds: float,
    methods: tuple[str, ...] = ("POST",),
    by_address: bool = False,
    fail_open: bool = False,
) -> Callable[[View], View]:
    """Let each person through `limit` times at once, and then evenly; the rest gets 429.

    Stands under the access decorator: `@member_of("member") @throttled(...) def view`. Somebody who
    is not signed in, or everybody if `by_address`, is counted by network address. What is refused
    raises TooMany with the wait in words; with Redis away it is Unavailable, unless `fail_open`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                whose = visitor(request) if by_address else person_or_visitor(request)
                throttle(name, whose, limit=limit, per_seconds=per_seconds, fail_open=fail_open)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def person_or_visitor(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return visitor(request)


def visitor(request: HttpRequest) -> str:
    return f"address:{network_of(str(request.META.get('REMOTE_ADDR', '')))}"
