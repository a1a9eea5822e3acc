"""What clients see and do behind their links, and everything that a link does not open."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from content.models import Material
from organizations.models import ActorKind, AuditRecord, Notification, WhiteLabel
from organizations.services.files import store_file
from publishing.models import (
    PendingPost,
    PendingStatus,
    PortalLink,
    PostComment,
    SignOff,
    Workflow,
    WorkflowStep,
)
from publishing.services.portal import revoke_link
from publishing.services.reviews import put_forward
from publishing.services.workflows import Step
from tests import make
from tests.make_portal import portal_link
from tests.make_reviews import client_step
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

PURPOSES = PortalLink.Purpose.values


def asks_client(brand: BrandProfile) -> Workflow:
    flow = Workflow.objects.create(brand=brand, mode=Workflow.Mode.STEPS)
    WorkflowStep.objects.create(workflow=flow, number=1, name="The client", kind="client")
    return flow


def waiting(world: World, **fields: Any) -> PendingPost:
    """A post of the world's brand that waits for its client."""
    if not Workflow.objects.filter(brand=world.brand).exists():
        asks_client(world.brand)
    post = make.pending_post(
        world.brand,
        world.account,
        **{"status": PendingStatus.DRAFT, "scheduled_for": now() + timedelta(days=2), **fields},
    )
    return put_forward(post=post, by=world.owner)


def made(world: World, purpose: str = "review", **values: Any) -> tuple[PortalLink, str]:
    with org_atomic(world.id):
        return portal_link(world.brand, purpose, **values)


def at(token: str, name: str = "home", /, **kwargs: Any) -> str:
    return reverse(f"portal:{name}", kwargs={"token": token, **kwargs})


def form_of(page: str, post: PendingPost | None = None) -> dict[str, Any]:
    """The hidden fields of the form for a post, or of the one for all."""
    where = f'posts/{post.pk}/answer/"' if post else 'posts/approval/"'
    form = page.split(where)[1].split("</form>")[0]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form):
        found.setdefault(name, []).append(value)
    return {name: value if name == "post" else value[0] for name, value in found.items()}


def said(client: Client, token: str, post: PendingPost, **fields: Any) -> Any:
    page = client.get(at(token)).content.decode()
    answer = {"client_name": "Ada", **form_of(page, post), **fields}
    return client.post(at(token, "answer", pending=post.pk), answer)


def test_a_client_sees_what_waits_and_neither_cookie_nor_referrer_is_left(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        waiting(world, content="Masts are back.")
        make.pending_post(world.brand, world.account, content="Only for the team.")
    _, token = made(world, client_name="Ada", message="Please look soon.")
    answer = client.get(at(token))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "1 post waits for your answer" in page and "Masts are back." in page
    assert "Only for the team." not in page and "Please look soon." in page
    assert "Europe/Berlin" in page or "CET" in page
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"] and answer["Cache-Control"] == "private, no-store"
    assert "<script" not in page and len(page) < 100_000


def test_a_yes_approves_exactly_what_was_seen_in_the_clients_name(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    link, token = made(world)
    answer = said(client, token, post, answer="approved", client_name=" Ada  Lovelace ")
    assert answer.status_code == 302, answer.content.decode()
    with org_atomic(world.id):
        post.refresh_from_db()
        assert post.status == PendingStatus.APPROVED
        word = SignOff.objects.get(pending_post=post)
        assert (word.answer, word.client_name, word.link_id) == (
            "approved",
            "Ada Lovelace",
            link.pk,
        )
        act = AuditRecord.objects.filter(action="post.approved", target_id=post.pk).get()
        assert act.actor_kind == ActorKind.CLIENT
        assert act.data["link"] == str(link.pk) and act.data["client"] == "Ada Lovelace"
        assert PortalLink.objects.get(pk=link.pk).client_name == "Ada Lovelace"
        told = Notification.objects.filter(kind="client_approved", user=world.owner).get()
        assert told.title.startswith("Ada Lovelace approved a post")
    page = client.get(answer["Location"]).content.decode()
    assert "Everything is answered" in page and "Approved by Ada Lovelace" in page


def test_words_that_changed_meanwhile_are_not_approved(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    page = client.get(at(token)).content.decode()
    fields = {**form_of(page, post), "client_name": "Ada", "answer": "approved"}
    with org_atomic(world.id):
        PendingPost.objects.filter(pk=post.pk).update(content="Something else.")
    answer = client.post(at(token, "answer", pending=post.pk), fields)
    assert answer.status_code == 409 and "Something else." in answer.content.decode()
    with org_atomic(world.id):
        post.refresh_from_db()
        assert post.status == PendingStatus.PENDING


def test_a_wish_goes_to_the_team_with_its_words(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    assert said(client, token, post, answer="changes", comment="Shorter.").status_code == 302
    with org_atomic(world.id):
        word = SignOff.objects.get(pending_post=post, answer="changes")
        assert word.comment == "Shorter." and word.client_name == "Ada"
    page = client.get(at(token)).content.decode()
    assert "Everything is answered" in page and "The team is changing this post" in page
    assert "Approve all" not in page


@pytest.mark.parametrize("answer", ["changes", "rejected", "comment"])
def test_without_a_word_there_is_a_sentence_and_nothing_happens(
    client: Client, world: World, answer: str
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    refused = said(client, token, post, answer=answer, comment="  ")
    assert refused.status_code == 422
    with org_atomic(world.id):
        assert not SignOff.objects.exists() and not PostComment.objects.exists()


def test_a_no_needs_a_reason_and_ends_the_post(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    assert said(client, token, post, answer="rejected", comment="Not us.").status_code == 302
    with org_atomic(world.id):
        post.refresh_from_db()
        assert post.status == PendingStatus.REJECTED


def test_a_client_reads_what_is_for_them_and_nothing_else(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world)
        row: dict[str, Any] = {"pending_post": post, "author": world.owner}
        PostComment.objects.create(**row, body="We chose oak.", is_for_client=True)
        PostComment.objects.create(**row, body="The client will hate it.")
    _, token = made(world)
    assert said(client, token, post, answer="comment", comment="Oak is fine.").status_code == 302
    page = client.get(at(token)).content.decode()
    assert "We chose oak." in page and "Oak is fine." in page
    assert "The client will hate it." not in page
    with org_atomic(world.id):
        mine = PostComment.objects.get(body="Oak is fine.")
        assert mine.is_for_client and mine.client_name == "Ada" and mine.author is None


def test_no_name_is_asked_for_with_everything_kept(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    refused = said(client, token, post, answer="changes", comment="Shorter.", client_name=" ")
    page = refused.content.decode()
    assert refused.status_code == 422 and "Enter your name" in page and ">Shorter." in page


@pytest.mark.parametrize("key", ["", "made:up:key", "another"])
def test_a_form_that_is_not_of_this_link_does_nothing(
    client: Client, world: World, key: str
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world)
    if key == "another":
        _, other = made(world)
        key = form_of(client.get(at(other)).content.decode(), post)["page_key"]
    refused = said(client, token, post, answer="approved", page_key=key)
    assert refused.status_code == 422 and "press the button once more" in refused.content.decode()
    with org_atomic(world.id):
        assert not SignOff.objects.exists()


def test_a_form_that_was_open_for_a_day_is_shown_anew(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = waiting(world, expires_at=now() + timedelta(days=9))
        PendingPost.objects.update(expires_at=now() + timedelta(days=9))
    _, token = made(world)
    page = client.get(at(token)).content.decode()
    fields = {**form_of(page, post), "client_name": "Ada", "answer": "approved"}
    with time_machine.travel(now() + timedelta(hours=25)):
        answer = client.post(at(token, "answer", pending=post.pk), fields)
    assert answer.status_code == 422


def test_all_are_approved_at_once_each_as_it_was_shown(client: Client, world: World) -> None:
    with org_atomic(world.id):
        posts = [waiting(world, content=f"Mast {number}") for number in range(3)]
    _, token = made(world)
    page = client.get(at(token)).content.decode()
    fields = {**form_of(page), "client_name": "Ada"}
    assert len(fields["post"]) == 3
    with org_atomic(world.id):
        PendingPost.objects.filter(pk=posts[1].pk).update(content="Another mast")
    answer = client.post(at(token, "approve-all"), fields)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "2 approved. 1 could not be" in page and "Another mast" in page
    with org_atomic(world.id):
        assert PendingPost.objects.filter(status=PendingStatus.APPROVED).count() == 2


def test_a_link_for_certain_posts_shows_and_takes_no_others(client: Client, world: World) -> None:
    with org_atomic(world.id):
        mine, other = waiting(world, content="Mine"), waiting(world, content="Another one")
    _, token = made(world, post_ids=[mine.pk])
    page = client.get(at(token)).content.decode()
    assert "Mine" in page and "Another one" not in page
    fields = {**form_of(page, mine), "client_name": "Ada", "answer": "approved"}
    assert client.post(at(token, "answer", pending=other.pk), fields).status_code == 409
    with org_atomic(world.id):
        assert not SignOff.objects.exists()


def walk(token: str, post: PendingPost) -> dict[str, tuple[str, str]]:
    """Every page behind a link: its method and address."""
    return {
        "home": ("get", at(token)),
        "answer": ("post", at(token, "answer", pending=post.pk)),
        "withdrawal": ("post", at(token, "withdrawal", pending=post.pk)),
        "approve-all": ("post", at(token, "approve-all")),
        "network": ("get", at(token, "network", platform="mastodon")),
        "consent": ("post", at(token, "consent", platform="mastodon")),
        "leave": ("get", at(token, "leave", attempt=post.pk)),
        "choose": ("get", at(token, "choose", attempt=post.pk)),
    }


OPENS = {
    "home": {"review", "connect", "calendar", "report"},
    "answer": {"review"},
    "withdrawal": {"review"},
    "approve-all": {"review"},
    "network": {"connect"},
    "consent": {"connect"},
    "leave": set(),
    "choose": set(),
}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_opens_the_pages_of_its_purpose_and_no_others(
    client: Client, world: World, purpose: str
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    _, token = made(world, purpose)
    for name, (method, address) in walk(token, post).items():
        status = getattr(client, method)(address).status_code
        assert (status != 404) == (purpose in OPENS[name]), (name, status)


@pytest.mark.parametrize("how", ["expired", "revoked", "tampered", "foreign"])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_that_is_none_opens_no_page_at_all(
    client: Client, world: World, purpose: str, how: str
) -> None:
    with org_atomic(world.id):
        post = waiting(world)
    link, token = made(world, purpose)
    expected = 404
    with org_atomic(world.id):
        if how == "expired":
            PortalLink.objects.filter(pk=link.pk).update(expires_at=now())
            expected = 410
        elif how == "revoked":
            revoke_link(link=link, by=None)
            expected = 410
    if how == "tampered":
        token = f"{token[:50]}{'A' if token[50] != 'A' else 'B'}{token[51:]}"
    if how == "foreign":
        from publishing.services.portal import read_token, token_of

        token = token_of(world.foreign.pk, link.pk, read_token(token)[2])
    pages = {
        **walk(token, post),
        "style": ("get", at(token, "style", version="2563eb")),
        "picture": ("get", at(token, "picture", name="some.png")),
    }
    for name, (method, address) in pages.items():
        answer = getattr(client, method)(address)
        assert answer.status_code == expected, name
        body = answer.content.decode()
        assert world.brand.name not in body and world.organization.name not in body


def test_a_link_sees_its_brand_and_nothing_of_another(client: Client, world: World) -> None:
    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Rival"))
        asks_client(other)
        post = make.pending_post(
            other, world.account, status=PendingStatus.DRAFT, content="Of the rival."
        )
        put_forward(post=post, by=world.owner)
        make.post(other, world.account, content="Out by the rival.")
    for purpose in ("review", "connect", "calendar", "report"):
        _, token = made(world, purpose)
        page = client.get(at(token)).content.decode()
        assert "rival" not in page.lower(), purpose


@pytest.mark.parametrize("count", [1, 22])
def test_the_list_takes_few_queries_whatever_its_length(
    client: Client, world: World, count: int, django_assert_max_num_queries: Any
) -> None:
    kind = {"content_type": "image/png", "alt": "", "width": 1, "height": 1, "size_bytes": 4}
    with org_atomic(world.id):
        first = waiting(world)
        picture = [{"reference": f"{world.id}/{first.pk}.png", **kind}]
        PendingPost.objects.filter(pk=first.pk).update(media=picture)
        rows = list(PendingPost.objects.filter(pk=first.pk)) * (count - 1)
        PendingPost.objects.bulk_create(_copy(row, number) for number, row in enumerate(rows))
    _, token = made(world)
    with django_assert_max_num_queries(12):
        page = client.get(at(token)).content.decode()
    assert f"{count} post{'s wait' if count > 1 else ' waits'} for your answer" in page
    assert ("And 2 more" in page) == (count > 20)


def _copy(row: PendingPost, number: int) -> PendingPost:
    fields = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
    return PendingPost(**{**fields, "id": uuid7(), "content": f"Mast {number}"})


def test_the_calendar_shows_what_is_planned_and_no_drafts(client: Client, world: World) -> None:
    with org_atomic(world.id):
        fields: dict[str, Any] = {"scheduled_for": now() + timedelta(minutes=5)}
        make.pending_post(
            world.brand, world.account, status=PendingStatus.APPROVED, content="To come", **fields
        )
        make.pending_post(
            world.brand, world.account, status=PendingStatus.DRAFT, content="A sketch", **fields
        )
    _, token = made(world, "calendar")
    page = client.get(at(token)).content.decode()
    assert "To come" in page and "A sketch" not in page
    for month in ("2026-13", "nonsense", "9999-01", "2027-02"):
        assert client.get(at(token), {"month": month}).status_code == 200


def test_the_calendar_keeps_the_words_that_the_team_has_not_put_before_the_client(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        steps = [Step("Legal").as_json(), client_step().as_json(), Step("Last look").as_json()]
        for number, words in enumerate(("Still ours", "Before you", "You said yes")):
            make.pending_post(
                world.brand,
                world.account,
                content=words,
                steps=steps,
                step=number,
                scheduled_for=now() + timedelta(minutes=5),
            )
        make.pending_post(
            world.brand,
            world.account,
            content="Only for us",
            scheduled_for=now() + timedelta(minutes=5),
        )
    _, token = made(world, "calendar")
    page = client.get(at(token)).content.decode()
    assert "Before you" in page and "You said yes" in page
    assert "Still ours" not in page and "Only for us" not in page
    assert page.count("Being prepared") == 2 and "4 posts" in page
    # The file that other calendars read says the same, and what members download has the words.
    _, token = made(world, "ics")
    file = client.get(f"{at(token)}calendar.ics").content.decode()
    assert "Before you" in file and "You said yes" in file
    assert "Still ours" not in file and "Only for us" not in file
    assert file.count("SUMMARY:") == 4 and file.count(": Being prepared (waits") == 2
    client.force_login(world.viewer)
    file = client.get(f"{world.path}/brands/{world.brand.pk}/calendar/file/").content.decode()
    assert "Still ours" in file and "Being prepared" not in file


def test_the_report_adds_up_the_numbers_of_its_days(client: Client, world: World) -> None:
    with org_atomic(world.id):
        fields: dict[str, Any] = {"impressions": 1_000, "clicks": 30, "likes": 12}
        make.post(world.brand, world.account, content="Best of all", **fields)
        old = make.post(world.brand, world.account, content="Long ago", clicks=7)
        type(old).objects.filter(pk=old.pk).update(published_at=now() - timedelta(days=60))
    _, token = made(world, "report")
    page = client.get(at(token)).content.decode()
    assert "Best of all" in page and "Long ago" not in page
    page = client.get(at(token), {"days": "90"}).content.decode()
    assert "Long ago" in page and "37" in page


def test_the_agencys_face_is_on_the_page_and_no_other(client: Client, world: World) -> None:
    with org_atomic(world.id):
        logo = store_file(b"\x89PNG", ending="png")
        secret = store_file(b"\x89PNG", ending="png")
        Material.objects.create(name="Secret", file_key=secret, kind=Material.Kind.TEXT)
        WhiteLabel.objects.create(
            name="Studio North", logo=logo, accent="#FFD400", hides_warren=True
        )
    _, token = made(world)
    page = client.get(at(token)).content.decode()
    assert "Studio North" in page and "Warren" not in page
    style = client.get(at(token, "style", version="ffd400"))
    assert "--action:#FFD400" in style.content.decode()
    assert "--button-ink:#000000" in style.content.decode()
    assert "immutable" in style["Cache-Control"] and style["Content-Type"].startswith("text/css")
    name = logo.rpartition("/")[2]
    assert client.get(at(token, "picture", name=name)).status_code == 200
    assert client.get(at(token, "picture", name=secret.rpartition("/")[2])).status_code == 404


def test_pictures_of_posts_open_by_the_link_that_shows_them(client: Client, world: World) -> None:
    with org_atomic(world.id):
        shown, hidden = (store_file(b"\x89PNG", ending="png") for _ in range(2))
        row = {"content_type": "image/png", "alt": "", "width": 1, "height": 1, "size_bytes": 4}
        waiting(world, media=[{"reference": shown, **row}])
        make.pending_post(world.brand, world.account, media=[{"reference": hidden, **row}])
    _, token = made(world)
    _, other = made(world, "calendar")
    name = shown.rpartition("/")[2]
    assert client.get(at(token, "picture", name=name)).status_code == 200
    assert client.get(at(other, "picture", name=name)).status_code == 404
    assert client.get(at(token, "picture", name=hidden.rpartition("/")[2])).status_code == 404


def test_other_methods_are_refused(client: Client, world: World) -> None:
    _, token = made(world)
    assert client.post(at(token)).status_code == 405
    assert client.put(at(token)).status_code == 405
