"""The API under /api/v1/: which routers it has, how its errors read, what its schema says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from django.views.defaults import server_error as page_of_error
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

from analytics.api import metrics
from billing.api import credits
from brands.api import brands
from config.kernel.errors import DomainError, Invalid, NotFound
from config.kernel.web import problem
from content.api import materials
from organizations.access import public
from organizations.api import audit, me
from organizations.api.door import IDEMPOTENCY_HEADER, refusal, scope_of, through_the_door
from organizations.services.api_scopes import scopes
from publishing.api import channels, pending_posts, posts

PREFIX: Final = "/api/v1"

api = NinjaAPI(
    title="Warren",
    version="1",
    description="Brands, materials, posts and their numbers of one team, for its own programs.",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
api.add_decorator(through_the_door, mode="view")

for _module in (me, brands, materials, pending_posts, posts, metrics, channels, credits, audit):
    api.add_router("", _module.router)


class MethodNotAllowed(DomainError):
    status = 405
    default_code = "method_not_allowed"


class Malformed(DomainError):
    status = 400
    default_code = "malformed"


class Broken(DomainError):
    status = 500
    default_code = "broken"


def server_error(request: HttpRequest) -> HttpResponse:
    """What a fault of ours looks like: problem JSON for programs, the usual page for people."""
    if not request.path.startswith(f"{PREFIX}/"):
        return page_of_error(request)
    return problem(
        Broken("Something broke here, and it was written down. Nothing was done; ask again later.")
    )


@api.exception_handler(DomainError)
def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    return refusal(error)


@api.exception_handler(ValidationError)
def _validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        {"field": ".".join(map(str, each["loc"][1:])), "message": str(each["msg"])}
        for each in error.errors
    ]
    first = found[0] if found else {"field": "", "message": "The request cannot be read."}
    named = f"{first['field'].rpartition('.')[2]}: {first['message']}."
    return problem(Invalid(named, field=first["field"], errors=found))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(Malformed("The body is no JSON that can be read. Nothing was done."))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(NotFound("There is no such thing."))


def operations() -> Iterator[tuple[str, Operation]]:
    """Every operation with its address below the API's, as in the schema."""
    for bound in api._get_bound_routers():
        for address, view in bound.path_operations.items():
            for operation in view.operations:
                yield address, operation


def openapi() -> dict[str, Any]:
    """The schema (OpenAPI 3.1), with what each operation asks of a key and how it refuses."""
    schema: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=f"{PREFIX.lstrip('/')}/"))
    parts = schema.setdefault("components", {})
    parts["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    parts.setdefault("schemas", {})["Problem"] = _PROBLEM
    declared = {(address_in_schema(at), m): op for at, op in operations() for m in op.methods}
    for address, methods in schema["paths"].items():
        for method, words in methods.items():
            _complete(words, method, scope_of(declared[address, method.upper()]))
    return schema


def address_in_schema(address: str) -> str:
    return PREFIX + re.sub(r"{[^}:]+:", "{", address)


def _complete(words: dict[str, Any], method: str, scope: str) -> None:
    words["security"] = [{"bearer": []}, {"header": []}]
    words["x-scope"] = scope
    answers = words.setdefault("responses", {})
    statuses = ["401", "403", "404", "422", "429"] + (["409"] if method == "post" else [])
    for status in statuses:
        answers[status] = _REFUSED
    if method == "post":
        words.setdefault("parameters", []).append(_IDEMPOTENCY)


_PROBLEM: Final = {
    "type": "object",
    "required": ["title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people: what happened, what to do."},
        "code": {"type": "string", "description": "For programs."},
        "field": {"type": ["string", "null"]},
    },
}
_REFUSED: Final = {
    "description": "Refused",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_IDEMPOTENCY: Final = {
    "in": "header",
    "name": IDEMPOTENCY_HEADER,
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "The same request sent again within 24 hours gets the same answer.",
}


@require_GET
@public
def schema_view(request: HttpRequest) -> HttpResponse:
    return JsonResponse(openapi())


@require_GET
@public
def docs_view(request: HttpRequest) -> HttpResponse:
    """The operations with their scopes, from the schema. Names no team and needs no script."""
    context = {"groups": _grouped(openapi()), "scopes": scopes.values(), "prefix": PREFIX}
    return render(request, "organizations/api/docs.html", context)


@require_GET
@public
def root_view(request: HttpRequest) -> HttpResponse:
    return redirect("api:docs")


@csrf_exempt
@public
def unknown_view(request: HttpRequest, rest: str) -> HttpResponse:
    return problem(NotFound(f"There is no /{rest[:80]} here. See {PREFIX}/docs/."))


unknown_view.methods = frozenset({"GET", "POST"})  # type: ignore[attr-defined]


def _grouped(schema: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in schema["paths"].items():
        for method, words in methods.items():
            line = {"method": method.upper(), "address": address, **_told(schema, words)}
            groups.setdefault(words["tags"][0], []).append(line)
    return list(groups.items())


def _told(schema: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    body = words.get("requestBody", {}).get("content", {}).get("application/json", {})
    named = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields = schema["components"]["schemas"].get(named, {})
    required = fields.get("required", [])
    return {
        "summary": words["summary"],
        "description": words.get("description", ""),
        "scope": words["x-scope"],
        "parameters": [
            {"name": each["name"], "where": each["in"], "about": _about(each)}
            for each in words.get("parameters", [])
            if each["in"] != "path"
        ],
        "body": [
            {"name": name, "is_required": name in required, "about": _about(each)}
            for name, each in fields.get("properties", {}).items()
        ],
    }


def _about(part: dict[str, Any]) -> str:
    return str(part.get("description") or part.get("schema", {}).get("description", ""))


def _opened(pattern: URLPattern) -> URLPattern:
    """The pattern, its view telling what it asks for, and refusing a method in our own words."""
    inner: Callable[..., HttpResponse] = pattern.callback

    @csrf_exempt
    @wraps(inner)
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        answer = inner(request, **kwargs)
        if answer.status_code == 405:
            allowed = answer.headers.get("Allow", "")
            answer = problem(MethodNotAllowed(f"Here it is {allowed} only."))
            answer.headers["Allow"] = allowed
        answer.headers["Cache-Control"] = "no-store"
        return answer

    if pattern.name == "api-root":
        return path("", root_view, name="root")
    mine = [op for at, op in operations() if _route(at) == str(pattern.pattern)]
    names = sorted({scope_of(operation) for operation in mine})
    view.access = f"api:{','.join(names)}"  # type: ignore[attr-defined]
    view.methods = frozenset(m for op in mine for m in op.methods)  # type: ignore[attr-defined]
    return path(str(pattern.pattern), view, name=pattern.name)


def _patterns() -> list[URLPattern]:
    return [each for each in api.urls[0] if isinstance(each, URLPattern)]


def _route(address: str) -> str:
    return address.lstrip("/").replace("{", "<").replace("}", ">")


urlpatterns = [
    path("openapi.json", schema_view, name="schema"),
    path("docs/", docs_view, name="docs"),
    # One address with two methods comes twice, with the same view.
    *map(_opened, {str(each.pattern): each for each in _patterns()}.values()),
    path("<path:rest>", unknown_view, name="unknown"),
]
app_name = "api"
