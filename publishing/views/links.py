from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from config.kernel.scoping import org_atomic
from organizations.access import public
from publishing.models import TrackedLink
from publishing.services import links_visits as visits
from publishing.services.feed import is_member, is_person


@public
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Count the click and lead to exactly where the link's row says; sets no cookie."""
    with org_atomic(visits.organization_of_code(code)):
        link = visits.link_of_code(code)
        if request.method == "GET":
            _note(request, link)
    # Not for ever: browsers would go there by themselves from then on, and nothing be counted.
    response = HttpResponseRedirect(link.target)
    patch_cache_control(response, private=True, no_store=True)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer-when-downgrade"
    return response


def _note(request: HttpRequest, link: TrackedLink) -> None:
    agent = request.headers.get("user-agent", "")
    if not is_person(user_agent=agent, headers=request.headers):
        return
    if request.user.is_authenticated and is_member(request.user.pk):
        return
    visits.note_click(link=link, address=request.META.get("REMOTE_ADDR", ""), user_agent=agent)
