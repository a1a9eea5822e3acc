"""The way out of a client's report letters: the page that its address opens, and the button."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.kernel.scoping import org_atomic
from organizations.services.white_label import look_of_team
from publishing.services.portal_stopping import letters_of, stop_letters

from .portal_door import by_letter


@by_letter
def letters(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing, because programs that look through mail open every address."""
    link = stop_letters(token) if request.method == "POST" else letters_of(token)
    with org_atomic(link.organization_id):
        look = look_of_team(link.organization.name)
    is_done = request.method == "POST" or link.letters_stopped_at is not None
    context = {"link": link, "look": look, "is_done": is_done}
    return render(request, "publishing/portal/letters.html", context)
