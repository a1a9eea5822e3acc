"""A client's report as a PDF file: what it says, whose face it bears, and who gets it."""

from __future__ import annotations

import base64
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader
from structlog.testing import capture_logs

from brands.models import BrandProfile
from config.kernel.contrast import TEXT, contrast
from config.kernel.paper import Paper
from config.kernel.scoping import org_atomic
from organizations.models import WhiteLabel
from organizations.services.files import store_file
from publishing.models import PortalLink, Post
from publishing.selectors.portal_report import MOST_REPORTED
from publishing.services import portal_reports
from publishing.services.portal import revoke_link
from publishing.services.portal_reports import sweep_client_reports
from publishing.services.portal_stopping import stop_letters, stopping_address
from publishing.services.report_files import (
    LEFT_OUT,
    NO_LETTERS,
    NO_WORDS,
    SOURCE,
    report_file,
)
from tests import make
from tests.make_portal import portal_link
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)


def made(world: World, purpose: str = "report", **values: Any) -> tuple[PortalLink, str]:
    with org_atomic(world.id):
        return portal_link(world.brand, purpose, **values)


def at(token: str) -> str:
    return reverse("portal:report-file", kwargs={"token": token})


def out(world: World, content: str = "Masts are back.", **fields: Any) -> Post:
    fields = {"published_at": NOON - timedelta(days=1), **fields}
    with org_atomic(world.id):
        return make.post(world.brand, world.account, content=content, **fields)


def logo(width: int = 300, height: int = 100) -> str:
    stream = io.BytesIO()
    Image.new("RGBA", (width, height), (15, 118, 110, 255)).save(stream, "PNG")
    return store_file(stream.getvalue(), ending="png")


def read(answer: HttpResponse) -> PdfReader:
    assert answer.status_code == 200, answer.content[:300]
    return PdfReader(io.BytesIO(answer.content), strict=True)


def text_of(file: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in file.pages).split())


def links_of(file: PdfReader) -> list[str]:
    notes = [note.get_object() for page in file.pages for note in page.get("/Annots", [])]
    return [str(note["/A"]["/URI"]) for note in notes]


def asked(world: World, query: str = "", **values: Any) -> PdfReader:
    """The file behind a new link, at noon of a Monday."""
    with time_machine.travel(NOON, tick=False):
        _, token = made(world, **values)
        return read(Client().get(f"{at(token)}{query}"))  # type: ignore[arg-type]


def test_it_says_what_the_page_says_in_the_brands_own_days(world: World) -> None:
    # The last second of a day in Berlin, whose UTC has the day before already.
    late = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
    out(
        world,
        "Masts are back. Äpfel, łódź, Ωμέγα, Привет.",
        published_at=late,
        external_url="https://social.example/@north/1",
        likes=1200,
        impressions=1_234_567,
    )
    out(world, "The second", published_at=NOON - timedelta(days=8), clicks=3)
    out(world, "Long ago", published_at=NOON - timedelta(days=31))
    file = asked(world)
    text = text_of(file)
    name = world.brand.name
    assert f"How the posts of {name} did 28 February 2026 to 30 March 2026, 30 days" in text
    assert f"by the clocks of {world.brand.timezone}. Made 30 March 2026, 14:00 CEST." in text
    assert "Posts 2 out in 30 days Impressions 1,234,567 in 30 days Clicks 3 in 30 days" in text
    assert "Masts are back. Äpfel, łódź, Ωμέγα, Привет." in text and "30 Mar 2026" in text
    assert "social.example/@north/1" in text and world.account.name in text
    # It went out on a Monday of Berlin, while UTC had a Sunday still.
    assert "3 16 Mar 1,200 30 Mar" in text
    assert "Long ago" not in text and "Every post" in text and SOURCE in text
    assert LEFT_OUT not in text and f"Page 1 of {len(file.pages)}" in text
    # Among the best, and in the list of all.
    assert links_of(file) == ["https://social.example/@north/1"] * 2
    wider = asked(world, "?days=90")
    assert "Long ago" in text_of(wider) and "in 90 days" in text_of(wider)


def test_programs_are_told_its_title_language_and_parts(world: World) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(name="Studio Nörd", hides_warren=True)
    out(world, likes=3)
    out(world, likes=2, published_at=NOON - timedelta(days=9))
    file = asked(world)
    root: Any = file.trailer["/Root"]
    assert file.metadata is not None
    assert file.metadata.title == f"How the posts of {world.brand.name} did"
    assert {file.metadata.author, file.metadata.creator, file.metadata.producer} == {"Studio Nörd"}
    assert file.metadata.creation_date == NOON
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    sections: Any = file.outline
    titles = [each["/Title"] for each in sections]
    assert titles == ["By week", "By channel", "Best posts", "Every post"]
    [document] = root["/StructTreeRoot"]["/K"]
    parts = [part.get_object() for part in document.get_object()["/K"]]
    kinds = [part["/S"] for part in parts]
    assert kinds.count("/H1") == 1 and kinds.count("/H2") == 4 and "/P" in kinds
    [told] = [part["/Alt"] for part in parts if part["/S"] == "/Figure"]
    assert "16 Mar: 2; 23 Mar: 3." in told
    # Each piece of a page is one part, counted from 0, or it is read wrongly or not at all.
    for page in file.pages:
        here = page.indirect_reference
        own = [part["/K"][0] for part in parts if part.raw_get("/Pg") == here]
        assert own == list(range(len(own))) and own


def test_it_bears_the_agencys_face_and_the_brands(world: World) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(
            name="Studio North", accent="#FFD400", logo=logo(3000, 1000), hides_warren=True
        )
        BrandProfile.objects.filter(pk=world.brand.pk).update(logo=logo(80, 80))
    out(world, likes=1, external_url="https://social.example/1")
    file = asked(world)
    pictures = sorted(image.image.size for image in file.pages[0].images if image.image)
    assert pictures == [(80, 80), (624, 208)]
    drawn = file.pages[0].get_contents()
    assert drawn is not None and b"1 0.8314 0 rg" in drawn.get_data()
    assert "Warren" not in text_of(file) and "Warren" not in str(file.metadata)


@pytest.mark.parametrize("accent", ["#FFD400", "#000000", "#FFFFFF", "#7F7F7F", "#2563EB"])
def test_whatever_the_colour_is_words_on_it_and_in_it_can_be_read(accent: str) -> None:
    paper = Paper(title="", author="", accent=accent, made_at=NOON)
    assert contrast(paper.on_accent, accent) >= TEXT
    assert contrast(paper.link_ink, "#FFFFFF") >= TEXT
    assert contrast(paper.bar_ink, "#FFFFFF") >= 3


def test_without_a_picture_or_with_one_that_is_gone_the_name_stands_there(world: World) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(name="Studio North", logo=f"{world.id}/{'a' * 43}.png")
        broken = store_file(b"\x89PNG\r\n\x1a\nbroken", ending="png")
        BrandProfile.objects.filter(pk=world.brand.pk).update(logo=broken)
    file = asked(world)
    assert text_of(file).startswith(f"Studio North {world.brand.name} How the posts of")
    assert "No posts in these days" in text_of(file) and not list(file.pages[0].images)
    assert "Studio North works with Warren." in text_of(file) and SOURCE not in text_of(file)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("新製品のお知らせ", NO_LETTERS),
        ("مرحبا بالعالم", NO_LETTERS),
        ("🎉🎉", NO_LETTERS),
        ("🚀 Launch today! 新製品 is here 🚀", "Launch today! […] is here"),
    ],
)
def test_what_the_typeface_lacks_is_said_in_words(world: World, content: str, said: str) -> None:
    out(world, content)
    text = text_of(asked(world))
    assert said in text and LEFT_OUT in text and "\ufffd" not in text


def test_texts_of_every_kind_neither_break_it_nor_become_its_own(world: World) -> None:
    for number, content in enumerate(["", " ", "{nb} **bold** --", "A" * 5_000, "\x02\x02 ok"]):
        out(world, content, clicks=number, external_url="javascript:alert(1)")
    file = asked(world)
    text = text_of(file)
    assert text.count(NO_WORDS) == 3 and "{nb} **bold** --" in text and "AAAA…" in text
    assert not links_of(file) and LEFT_OUT not in text


def test_a_brand_whose_name_cannot_be_written_is_told_by_the_files_title(world: World) -> None:
    with org_atomic(world.id):
        BrandProfile.objects.filter(pk=world.brand.pk).update(name="北帆")
    file = asked(world)
    assert "How the posts did" in text_of(file) and LEFT_OUT in text_of(file)
    assert file.metadata is not None and file.metadata.title == "How the posts of 北帆 did"


def test_a_long_report_stays_some_pages(world: World) -> None:
    with org_atomic(world.id):
        long = "Seven coats of varnish, a day between each. " * 40
        Post.objects.bulk_create(
            Post(
                brand=world.brand,
                account=world.account,
                platform=world.account.platform,
                published_at=NOON - timedelta(hours=number + 1),
                content=f"{number} {long}",
                external_url=f"https://social.example/{number}/{'a' * 900}",
                impressions=2_147_483_647,
                likes=number,
            )
            for number in range(500)
        )
    file = asked(world, "?days=90")
    text = text_of(file)
    assert len(file.pages) <= 6 and file.stream.seek(0, io.SEEK_END) < 200_000
    assert f"The newest {MOST_REPORTED} of 500 posts" in text and "Posts 500 out" in text
    assert len(links_of(file)) == MOST_REPORTED + 5
    for page in file.pages:
        # The head of the table stands on each page that it goes on to.
        assert "Published" in page.extract_text() or SOURCE in page.extract_text()


def test_it_is_a_download_that_nobody_keeps_and_its_page_offers_it(
    client: Client, world: World
) -> None:
    out(world)
    with time_machine.travel(NOON, tick=False):
        _, token = made(world)
        answer = client.get(at(token))
        page = client.get(reverse("portal:home", kwargs={"token": token}), {"days": "90"})
    assert answer["Content-Type"] == "application/pdf"
    assert re.fullmatch(
        r'attachment; filename="[a-z0-9-]+-report-2026-03-30\.pdf"', answer["Content-Disposition"]
    )
    assert answer["Cache-Control"] == "private, no-store" and not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert f'href="{at(token)}?days=90"' in page.content.decode()
    assert token.encode() not in answer.content


@pytest.mark.parametrize("how", ["expired", "revoked", "tampered", "foreign", "other"])
def test_a_link_that_is_none_gives_the_page_of_refusal(
    client: Client, world: World, how: str
) -> None:
    link, token = made(world, "calendar" if how == "other" else "report")
    status = 410 if how in {"expired", "revoked"} else 404
    with org_atomic(world.id):
        if how == "expired":
            PortalLink.objects.filter(pk=link.pk).update(expires_at=NOON - timedelta(days=900))
        elif how == "revoked":
            revoke_link(link=link, by=None)
    if how == "tampered":
        token = f"{token[:50]}{'A' if token[50] != 'A' else 'B'}{token[51:]}"
    if how == "foreign":
        packed = world.foreign.pk.bytes + base64.urlsafe_b64decode(f"{token}==")[16:]
        token = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    answer = client.get(at(token))
    assert answer.status_code == status and answer["Content-Type"].startswith("text/html")
    assert world.brand.name not in answer.content.decode()


def test_a_link_tells_of_its_brand_alone(world: World) -> None:
    with org_atomic(world.id):
        rival = BrandProfile.objects.create(**brand_fields("Rival"))
        make.post(rival, world.account, content="Of the rival", published_at=NOON)
    assert "No posts in these days" in text_of(asked(world))


def test_who_asks_again_and_again_is_told_to_wait(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publishing.views.report_files.MOST_A_MINUTE", 1)
    _, token = made(world)
    assert client.get(at(token)).status_code == 200
    answer = client.get(at(token))
    assert answer.status_code == 429 and answer["Content-Type"].startswith("text/html")


def test_the_team_looks_at_it_where_it_sets_reports_up(client: Client, world: World) -> None:
    out(world, "Masts are back.")
    here = {"org": world.organization.slug, "brand": world.brand.pk}
    address = reverse("publishing:portal-report", kwargs=here)
    assert client.get(address).status_code == 302
    client.force_login(world.viewer)
    assert f'href="{address}"' in client.get(reverse("publishing:portal-list", kwargs=here)).text
    with time_machine.travel(NOON, tick=False):
        assert "Masts are back." in text_of(read(client.get(address)))  # type: ignore[arg-type]
    client.force_login(world.stranger)
    assert client.get(address).status_code == 404


MONDAY = datetime(2026, 3, 30, 6, tzinfo=UTC)


def mailed(world: World) -> PortalLink:
    """A report that is mailed at eight of Berlin on the Monday."""
    with time_machine.travel(MONDAY - timedelta(days=3), tick=False):
        return made(world, client_email="ada@client.example", mailed="weekly")[0]


def test_the_mailed_report_brings_the_file_of_its_week(world: World) -> None:
    with org_atomic(world.id):
        WhiteLabel.objects.create(name="Studio North", logo=logo(), hides_warren=True)
    out(world, "In the week", published_at=MONDAY - timedelta(days=2), clicks=7)
    out(world, "The week before", published_at=MONDAY - timedelta(days=8), clicks=5)
    out(world, "Of today", published_at=MONDAY - timedelta(minutes=1), clicks=9)
    mailed(world)
    with time_machine.travel(MONDAY, tick=False):
        assert sweep_client_reports() == 1
    [letter] = mail.outbox
    [(name, data, content_type)] = letter.attachments
    assert isinstance(data, bytes) and content_type == "application/pdf"
    assert name.endswith("-report-2026-03-29.pdf") and "attached as a PDF" in str(letter.body)
    file = PdfReader(io.BytesIO(data), strict=True)
    text = text_of(file)
    assert "23 March 2026 to 29 March 2026, 7 days" in text and "Clicks 7 in 7 days" in text
    assert "In the week" in text and "The week before" not in text and "Of today" not in text
    assert len(list(file.pages[0].images)) == 1 and "Warren" not in text
    assert "/c/" not in text and not links_of(file)


def test_a_week_without_posts_brings_no_file(world: World) -> None:
    mailed(world)
    with time_machine.travel(MONDAY, tick=False):
        assert sweep_client_reports() == 1
    [letter] = mail.outbox
    assert letter.attachments == [] and "PDF" not in str(letter.body)


def test_what_its_reader_stops_while_it_is_drawn_does_not_leave(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*args: Any, **kwargs: Any) -> bytes:
        stop_letters(address.rstrip("/").split("/")[-2])
        return report_file(*args, **kwargs)

    out(world, published_at=MONDAY - timedelta(days=2))
    link = mailed(world)
    with org_atomic(world.id):
        address = stopping_address(link)
    monkeypatch.setattr(portal_reports, "report_file", draw)
    with time_machine.travel(MONDAY, tick=False):
        assert sweep_client_reports() == 0
    assert mail.outbox == []


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError])
def test_what_cannot_be_drawn_leaves_without_its_file(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def stop(*args: Any, **kwargs: Any) -> bytes:
        raise fault

    out(world, published_at=MONDAY - timedelta(days=2))
    mailed(world)
    with time_machine.travel(MONDAY, tick=False) as clock:
        with monkeypatch.context() as patch:
            patch.setattr(portal_reports, "report_file", stop)
            with pytest.raises(fault):
                sweep_client_reports()
            assert sweep_client_reports() == 0
            clock.shift(timedelta(seconds=portal_reports.LEASE_SECONDS + 1))
            with capture_logs() as logs:
                assert [sweep_client_reports(), sweep_client_reports()] == [1, 0]
        clock.move_to(MONDAY + timedelta(days=7))
        out(world, published_at=MONDAY + timedelta(days=2))
        assert sweep_client_reports() == 1
    assert [each["event"] for each in logs].count("client_report_without_file") == 1
    letters: list[Any] = mail.outbox
    bare, whole = letters
    said = "The PDF could not be attached this time: the report’s page has it."
    assert bare.attachments == [] and "also attached" not in str(bare.body)
    assert said in str(bare.body) and said in str(bare.alternatives[0][0])
    assert len(whole.attachments) == 1 and said not in str(whole.body)
