"""What clients do behind a link that asks them for a decision, and what they are shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control

from config.kernel.clock import now
from config.kernel.errors import Conflict, DomainError, Invalid, NotFound
from config.kernel.scoping import org_atomic
from config.kernel.uploads import PLAYED, SHOWN, hand_out_file
from organizations.services.files import stored_path
from organizations.services.white_label import stylesheet_of
from publishing.models import PendingPost, PendingStatus, PortalLink, SignOff
from publishing.selectors.portal import review_page, shows_picture
from publishing.selectors.portal_report import SPANS, days_said, report_of
from publishing.services.portal import entered, keep_name
from publishing.services.reviews import comment_on, posts_for_client, sign_off
from publishing.services.reviews_taking_back import take_back_as_client

from .portal_calendar import calendar
from .portal_connecting import choose_network
from .portal_door import Visit, by_link, name_of, require_key, show

Purpose = PortalLink.Purpose
Answer = SignOff.Answer

STYLE_SECONDS = 31_536_000
MOST_AT_ONCE = 50
_DONE = {
    "approved": "Approved. Thank you. The post goes out at its time.",
    "at-once": "Approved. Thank you. Its time had passed, so the post goes out now.",
    "signed": "Approved. Thank you. The team looks at it once more before it goes out.",
    "back": "Taken back. The post waits for your answer again.",
    "changes": "The team was told what to change. You are asked again when it is done.",
    "rejected": "Rejected. The post does not go out.",
    "comment": "Your comment was sent to the team.",
}


@by_link(*[each for each in Purpose.values if each != Purpose.ICS])
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The one page that a link is for."""
    pages: dict[str, Any] = {
        Purpose.REVIEW: _review,
        Purpose.CONNECT: choose_network,
        Purpose.CALENDAR: calendar,
        Purpose.REPORT: _report,
    }
    page: HttpResponse = pages[visit.link.purpose](request, visit)
    return page


@by_link(Purpose.REVIEW, methods=["POST"], atomic=False)
def answer(request: HttpRequest, visit: Visit, pending: UUID) -> HttpResponse:
    """A client's yes, wish or no to one post, or a word about it."""
    said = request.POST.get("answer", "")
    try:
        require_key(request, visit)
        name = name_of(request, visit)
        post = _post(visit, pending)
        with entered(visit.organization_id, visit.link, client_name=name, atomic=False):
            was_late = post.scheduled_for <= now()
            row = _take(request, visit, post, said, name)
            keep_name(link=visit.link, name=name)
    except (Invalid, Conflict) as error:
        return _again(request, visit, error, pending)
    if said == Answer.APPROVED and row.status == PendingStatus.PENDING:
        said = "signed"
    elif said == Answer.APPROVED and was_late:
        said = "at-once"
    return redirect(f"{visit.path('home')}?done={said}")


@by_link(Purpose.REVIEW, methods=["POST"], atomic=False)
def approve_all(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Yes to every post that stood on the page, each as it stood there."""
    try:
        require_key(request, visit)
        name = name_of(request, visit)
    except Invalid as error:
        return _again(request, visit, error, None)
    given: list[PendingPost] = []
    problems: list[DomainError] = []
    for word in request.POST.getlist("post")[:MOST_AT_ONCE]:
        try:
            with entered(visit.organization_id, visit.link, client_name=name, atomic=False):
                given.append(_approve_as_shown(visit, word, name))
        except DomainError as error:
            problems.append(error)
    keep_name(link=visit.link, name=name)
    if problems:
        return _again(request, visit, _summed(len(given), problems), None)
    waits = any(row.status == PendingStatus.PENDING for row in given)
    return redirect(f"{visit.path('home')}?done={'signed' if waits else 'approved'}")


@by_link(Purpose.REVIEW, methods=["POST"], atomic=False)
def withdrawal(request: HttpRequest, visit: Visit, pending: UUID) -> HttpResponse:
    """A yes that was given by this link, taken back."""
    try:
        require_key(request, visit)
        with entered(visit.organization_id, visit.link, atomic=False):
            take_back_as_client(post=_answered(visit, pending), link=visit.link)
    except (Invalid, Conflict) as error:
        return _again(request, visit, error, None)
    return redirect(f"{visit.path('home')}?done=back")


@by_link(*Purpose.values)
def style(request: HttpRequest, visit: Visit, version: str) -> HttpResponse:
    """The agency's colour. The address changes with it, so it may be kept."""
    response = HttpResponse(stylesheet_of(visit.look.accent), content_type="text/css")
    patch_cache_control(response, private=True, max_age=STYLE_SECONDS, immutable=True)
    return response


@by_link(*Purpose.values, atomic=False)
def picture(request: HttpRequest, visit: Visit, name: str) -> HttpResponse:
    """A logo, or a picture or video of a post that the link shows."""
    ending = name.rpartition(".")[2]
    known = name in {visit.look.logo_name, visit.brand.logo_name} - {""}
    with org_atomic():
        known = known or shows_picture(visit.link, name)
    if not known or (ending not in SHOWN and ending not in PLAYED):
        raise NotFound("There is no such picture.")
    path = stored_path(f"{visit.organization_id}/{name}")
    return hand_out_file(path, ending=ending, wanted=request.headers.get("Range", ""))


def _review(
    request: HttpRequest, visit: Visit, problem: DomainError | None = None, at: UUID | None = None
) -> HttpResponse:
    page = review_page(visit.link)
    typed = request.POST if problem else {}
    context = {
        "page": page,
        "done": _DONE.get(request.GET.get("done", "")),
        "problem": problem,
        # A post that waits no more stands on the page no more.
        "problem_at": at if any(each.post.pk == at for each in page.posts) else None,
        "typed_name": typed.get("client_name", visit.link.client_name),
        "typed_comment": typed.get("comment", ""),
        "key": visit.key(),
    }
    return show(request, visit, "review", context, status=problem.status if problem else 200)


def _again(
    request: HttpRequest, visit: Visit, error: DomainError, pending: UUID | None
) -> HttpResponse:
    with org_atomic():
        return _review(request, visit, error, pending)


def _post(visit: Visit, pending: UUID) -> PendingPost:
    with org_atomic():
        post = posts_for_client(visit.brand, visit.link.post_ids).filter(pk=pending).first()
    if post is None:
        raise Conflict(
            "This post does not wait for you any more: it was answered, changed or taken back. "
            "What waits now is below.",
            code="not_waiting",
        )
    return post


def _answered(visit: Visit, pending: UUID) -> PendingPost:
    with org_atomic():
        post = PendingPost.objects.filter(pk=pending, sign_offs__link=visit.link).first()
    if post is None:
        raise Conflict("Nothing was answered about this post by your link.")
    return post


def _take(
    request: HttpRequest, visit: Visit, post: PendingPost, said: str, name: str
) -> PendingPost:
    """The post as it stands after what the client said."""
    words = request.POST.get("comment", "").strip()
    if said == "comment":
        comment_on(post=post, body=words, link=visit.link, client_name=name, is_for_client=True)
        return post
    if said not in Answer.values:
        raise Invalid("Press one of the buttons under the post.")
    if said == Answer.REJECTED and not words:
        raise Invalid("Say why, so that the next one is better.", field="comment")
    post.step = _step(request.POST.get("step", ""), post)
    return sign_off(
        post=post,
        answer=said,
        link=visit.link,
        client_name=name,
        comment=words,
        seen=request.POST.get("seen", "") or "none",
    )


def _approve_as_shown(visit: Visit, word: str, name: str) -> PendingPost:
    """`word` is a post's id, its step and the digest of its words, as the page had them."""
    pending, step, seen = (*word.split(":"), "", "")[:3]
    try:
        post = _post(visit, UUID(pending))
    except ValueError:
        raise Invalid("Press one of the buttons under the post.") from None
    post.step = _step(step, post)
    return sign_off(
        post=post,
        answer=Answer.APPROVED,
        link=visit.link,
        client_name=name,
        seen=seen or "none",
    )


def _step(text: str, post: PendingPost) -> int:
    return int(text) if text.isdecimal() and len(text) < 3 else post.step


def _summed(given: int, problems: list[DomainError]) -> DomainError:
    said = f"{given} approved. " if given else ""
    first = problems[0].message
    rest = f" The same is true of {len(problems) - 1} more." if len(problems) > 1 else ""
    return Conflict(f"{said}{len(problems)} could not be: {first}{rest}")


def _report(request: HttpRequest, visit: Visit) -> HttpResponse:
    days = days_said(request.GET.get("days", ""))
    context = {"report": report_of(visit.brand, days=days), "spans": SPANS}
    return show(request, visit, "report", context)
