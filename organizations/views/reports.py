from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from config.kernel.errors import TooMany, Unavailable
from config.kernel.throttle import throttle
from organizations.access import public
from organizations.throttles import visitor

log = structlog.get_logger(__name__)

MOST_BYTES = 16_384
_WORD = re.compile(r"[^\x21-\x7e]+")


@csrf_exempt
@require_POST
@public
def csp_report(request: HttpRequest) -> HttpResponse:
    """One line of the log for what a browser refused to load: no query strings, no samples.

    Browsers send it unasked, and so may anybody; it answers the same to all, and logs few.
    """
    if _is_counted(request):
        for said in _reports(request)[:3]:
            log.warning("csp_violation", **said)
    return HttpResponse(status=204)


def _is_counted(request: HttpRequest) -> bool:
    try:
        throttle("csp-report", visitor(request), limit=10, per_seconds=60)
        throttle("csp-report-all", "all", limit=120, per_seconds=60)
    except (TooMany, Unavailable):
        return False
    return True


def _reports(request: HttpRequest) -> list[dict[str, str]]:
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return []
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return []
    # The old form is one object, the Reporting API's a list.
    found = said if isinstance(said, list) else [said]
    bodies = [each.get("csp-report") or each.get("body") for each in found if _is_object(each)]
    return [_line(each) for each in bodies if _is_object(each)]


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _line(said: dict[str, Any]) -> dict[str, str]:
    return {
        "directive": _short(said.get("effective-directive") or said.get("effectiveDirective")),
        "blocked": _origin(said.get("blocked-uri") or said.get("blockedURL")),
        "page": _path(said.get("document-uri") or said.get("documentURL")),
    }


def _origin(address: Any) -> str:
    try:
        parts = urlsplit(str(address or ""))
    except ValueError:
        return ""
    return _short(f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path)


def _path(address: Any) -> str:
    try:
        return _short(urlsplit(str(address or "")).path)
    except ValueError:
        return ""


def _short(text: Any) -> str:
    return _WORD.sub("", str(text or ""))[:200]
