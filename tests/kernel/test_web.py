"""How views answer: whole pages and parts, toasts, and one voice for every error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware
from pytest_django import Settings

from config.kernel import errors
from config.kernel.web import (
    SECURITY_HEADERS,
    DomainErrorMiddleware,
    SecurityHeaders,
    problem,
    render_part,
    toast,
)

PAGE = "errors/problem.html"
ERRORS = [
    (errors.NotFound("No such post."), 404),
    (errors.Forbidden("Your role here is viewer."), 403),
    (errors.Invalid("Give a name.", field="name"), 422),
    (errors.Conflict("Somebody was faster."), 409),
    (errors.PaymentRequired("No credits left."), 402),
    (errors.TooMany("Slow down.", retry_after=2.2), 429),
    (errors.Unavailable("The network is away.", retry_after=30), 503),
]


def a_request(path: str = "/o/x/", method: str = "get", **headers: str) -> HttpRequest:
    request: HttpRequest = getattr(RequestFactory(), method)(path, headers=headers)
    HtmxMiddleware(lambda _: HttpResponse())(request)
    return request


def answer_to(error: Exception, request: HttpRequest) -> HttpResponse | None:
    return DomainErrorMiddleware(lambda _: HttpResponse()).process_exception(request, error)


def shown(error: errors.DomainError, request: HttpRequest) -> HttpResponse:
    answer = answer_to(error, request)
    assert answer is not None
    return answer


# -- Parts ---------------------------------------------------------------------------------------


def test_a_plain_request_gets_the_whole_page_and_htmx_the_part() -> None:
    context = {"error": errors.NotFound("Gone & lost."), "title": "Not found"}
    page = render_part(a_request(), PAGE, "problem", context).content.decode()
    part = render_part(a_request(HX_Request="true"), PAGE, "problem", context).content.decode()
    assert page.startswith("<!doctype html>")
    assert "Gone &amp; lost." in page
    assert "<html" not in part
    assert "Gone &amp; lost." in part


@pytest.mark.parametrize("header", ["HX_Boosted", "HX_History_Restore_Request"])
def test_boosted_links_and_history_get_the_whole_page(header: str) -> None:
    request = a_request(HX_Request="true", **{header: "true"})
    context = {"error": errors.NotFound("Gone."), "title": "x"}
    assert b"<html" in render_part(request, PAGE, "problem", context).content


def test_caches_are_told_that_the_address_has_two_answers() -> None:
    context = {"error": errors.Invalid("No."), "title": "x"}
    response = render_part(a_request(), PAGE, "problem", context, status=422)
    assert "HX-Request" in response.headers["Vary"]
    assert response.status_code == 422


# -- Toasts --------------------------------------------------------------------------------------


def test_a_toast_joins_what_is_triggered_already() -> None:
    response = HttpResponse(headers={"HX-Trigger": '{"reload": {}}'})
    assert toast(response, "Gespeichert – schön", undo_url="/undo/") is response
    notice = {"message": "Gespeichert – schön", "kind": "good", "undo_url": "/undo/"}
    assert json.loads(response.headers["HX-Trigger"]) == {"reload": {}, "toast": notice}
    assert response.headers["HX-Trigger"].isascii()


@pytest.mark.parametrize(
    ("kind", "tone"), [("success", "good"), ("info", "info"), ("warning", "warn"), ("error", "bad")]
)
def test_a_toast_has_the_tone_of_the_stylesheet(kind: Any, tone: str) -> None:
    response = toast(HttpResponse(), "x", kind)
    assert json.loads(response.headers["HX-Trigger"])["toast"]["kind"] == tone


# -- Problems ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("error", "status"), ERRORS)
def test_programs_get_problem_json(error: errors.DomainError, status: int) -> None:
    response = shown(error, a_request("/api/v1/posts/"))
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert (body["status"], body["detail"], body["code"]) == (status, error.message, error.code)


def test_a_problem_carries_field_extra_and_when_to_come_back() -> None:
    invalid = json.loads(problem(errors.Invalid("No.", field="name", limit=300)).content)
    assert (invalid["field"], invalid["limit"]) == ("name", 300)
    assert problem(errors.TooMany("No.", retry_after=2.2)).headers["Retry-After"] == "3"


def test_extra_does_not_overwrite_what_the_standard_names() -> None:
    body = json.loads(problem(errors.Invalid("No.", status=200, detail="fine")).content)
    assert (body["status"], body["detail"]) == (422, "No.")


@pytest.mark.parametrize(("error", "status"), ERRORS)
def test_people_get_a_page_with_the_sentence(error: errors.DomainError, status: int) -> None:
    response = shown(error, a_request())
    page = response.content.decode()
    assert response.status_code == status
    assert error.message in page
    assert "<h1" in page
    assert "Traceback" not in page


@pytest.mark.parametrize(("error", "status"), ERRORS)
def test_htmx_gets_a_toast_and_leaves_the_page_as_it_is(
    error: errors.DomainError, status: int
) -> None:
    response = shown(error, a_request(method="post", HX_Request="true"))
    assert (response.status_code, response.headers["HX-Reswap"]) == (status, "none")
    notice = json.loads(response.headers["HX-Trigger"])["toast"]
    assert notice == {"message": error.message, "kind": "bad"}


def test_a_form_that_asks_for_it_gets_the_sentence_in_place() -> None:
    request = a_request(method="post", HX_Request="true", X_Problem_Target="#brand-problem")
    response = shown(errors.Invalid("Give a name."), request)
    assert response.headers["HX-Retarget"] == "#brand-problem"
    assert response.headers["HX-Reswap"] == "innerHTML"
    assert b"Give a name." in response.content
    assert b"<html" not in response.content


@pytest.mark.parametrize("target", ["body", "#a, body", "#1", "x", "#a>b"])
def test_a_form_cannot_aim_elsewhere(target: str) -> None:
    request = a_request(method="post", HX_Request="true", X_Problem_Target=target)
    assert "HX-Retarget" not in shown(errors.Invalid("No."), request).headers


def test_other_errors_are_left_to_django() -> None:
    assert answer_to(RuntimeError("a bug"), a_request()) is None


# -- Headers -------------------------------------------------------------------------------------


def through(middleware: Callable[..., Any], request: HttpRequest, **headers: str) -> HttpResponse:
    response: HttpResponse = middleware(lambda _: HttpResponse(headers=headers))(request)
    return response


def test_every_answer_has_the_security_headers() -> None:
    response = through(SecurityHeaders, a_request())
    assert SECURITY_HEADERS.items() <= dict(response.headers).items()
    assert "Cache-Control" not in response.headers


def test_a_view_may_say_otherwise() -> None:
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    response = through(SecurityHeaders, a_request(), **headers)
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_pages_of_a_session_are_not_stored(settings: Settings) -> None:
    request = a_request()
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    assert through(SecurityHeaders, request).headers["Cache-Control"] == "private, no-store"
    kept = through(SecurityHeaders, request, **{"Cache-Control": "max-age=60"})
    assert kept.headers["Cache-Control"] == "max-age=60"
