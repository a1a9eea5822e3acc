from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from analytics.selectors.status import installation_status
from organizations.access import public


@require_GET
@never_cache
@public
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
@never_cache
@public
def status(request: HttpRequest) -> HttpResponse:
    try:
        found = installation_status()
    except DatabaseError:
        return JsonResponse({"status": "database away"}, status=503)
    return JsonResponse(found.as_json(), status=200 if found.is_working else 503)
