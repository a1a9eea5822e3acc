"""A client's report as a PDF file, in the agency's look: what the page says, made to be passed on.

It is drawn from what the page shows and reckons nothing. The file names no address of the link that
it came by: whoever it is passed on to sees numbers and posts that are public, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.text import Truncator, slugify

from brands.models import BrandProfile
from config.kernel.clock import now, to_zone
from config.kernel.errors import NotFound
from config.kernel.paper import Cell, Column, Mark, Paper
from config.kernel.sheet import WIDTH
from organizations.services.files import read_stored
from organizations.services.white_label import OWN_ACCENT, Look
from publishing.models import Post
from publishing.selectors.portal_report import NUMBERS, Report

TYPE: Final = "application/pdf"
MOST_WORDS: Final = 170
ADDRESS_LENGTH: Final = 46
NO_WORDS: Final = "A post without words"
NO_LETTERS: Final = "Written in signs that this file has no letters for"
LEFT_OUT: Final = (
    "Emoji are left out here, and “[…]” stands for words in a script that this file has no letters "
    "for. The page of the report shows both."
)
SOURCE: Final = (
    "Numbers as the networks told them last. A network that does not tell one counts as none."
)
NUMBER: Final = 17.5
DAY: Final = 22.0


def report_file(report: Report, *, brand: BrandProfile, look: Look) -> bytes:
    """The whole file: some pages and at most a megabyte, because a report lists at most
    MOST_REPORTED posts and pictures are made small.

    Takes a third of a second, and as much more where nothing was drawn before in this process.
    Pictures are read from the disk; no query is made.
    """
    moment = now()
    paper = Paper(
        title=f"How the posts of {brand.name} did",
        author=look.name,
        accent=look.accent or OWN_ACCENT,
        made_at=moment,
    )
    name = paper.legible(brand.name)
    title = f"How the posts of {name} did" if name else "How the posts did"
    paper.foot = " · ".join(each for each in (paper.legible(look.name), title) if each)
    paper.head(Mark(look.name, _picture(look.logo)), Mark(brand.name, _picture(brand.logo)))
    paper.title(title)
    made = to_zone(moment, brand.timezone)
    paper.words(
        f"{_span(report)} by the clocks of {brand.timezone}. Made {made:%-d %B %Y, %H:%M %Z}."
    )
    if report.posts:
        _draw_numbers(paper, report)
        _draw_posts(paper, report, brand.timezone)
    else:
        paper.heading("No posts in these days")
        paper.words("As soon as posts are out, their numbers stand here.")
    _draw_end(paper, report, look)
    return paper.finish()


def report_name(report: Report, brand: BrandProfile) -> str:
    """What the file is called: the brand and the last day of the span."""
    return f"{slugify(brand.name)[:60] or 'posts'}-report-{report.last}.pdf"


def _span(report: Report) -> str:
    return f"{report.first:%-d %B %Y} to {report.last:%-d %B %Y}, {report.days} days"


def _draw_numbers(paper: Paper, report: Report) -> None:
    period = f"in {report.days} days"
    posts = ("Posts", f"{report.posts:,}", f"out {period}")
    totals = report.totals.items()
    paper.figures([posts, *((name.title(), f"{value:,}", period) for name, value in totals)])
    if len(report.weeks) > 1:
        paper.heading("By week", keep=50)
        told = "Likes, comments, shares and clicks together, by the week from a Monday"
        paper.words(f"{told}.")
        paper.bars(told, [(bar.label, int(bar.value)) for bar in report.weeks])
    paper.heading("By channel")
    width = WIDTH - NUMBER * (len(NUMBERS) + 1)
    paper.table(
        [Column("Channel", width), Column("Posts", NUMBER, is_number=True), *_number_columns()],
        [
            [Cell(row.label), Cell(f"{row.posts:,}"), *(Cell(f"{n:,}") for n in row.numbers)]
            for row in report.by_channel
        ],
    )


def _draw_posts(paper: Paper, report: Report, zone: str) -> None:
    if report.best:
        paper.heading("Best posts")
        paper.words("By likes, comments, shares and clicks together.")
        paper.space(2)
        columns = [
            Column("Post", WIDTH - DAY - 2 * NUMBER),
            Column("Published", DAY),
            Column("Interactions", 2 * NUMBER, is_number=True),
        ]
        rows = [[*_told(paper, post, zone), Cell(f"{_acts(post):,}")] for post in report.best]
        paper.table(columns, rows)
    listed = len(report.listed)
    is_cut = report.posts > listed
    paper.heading(f"The newest {listed} of {report.posts:,} posts" if is_cut else "Every post")
    columns = [Column("Post", WIDTH - DAY - NUMBER * len(NUMBERS)), Column("Published", DAY)]
    paper.table(
        [*columns, *_number_columns()],
        [
            [*_told(paper, post, zone), *(Cell(f"{getattr(post, name):,}") for name in NUMBERS)]
            for post in report.listed
        ],
    )


def _draw_end(paper: Paper, report: Report, look: Look) -> None:
    name = paper.legible(look.name)
    said = [SOURCE] if report.posts else []
    said += [LEFT_OUT] if paper.left_out else []
    said += [] if look.hides_warren else [f"{name or 'The agency'} works with Warren."]
    for each in said:
        paper.space(3)
        paper.words(each, size=8.5)


def _number_columns() -> list[Column]:
    return [Column(name.title(), NUMBER, is_number=True) for name in NUMBERS]


def _told(paper: Paper, post: Post, zone: str) -> Sequence[Cell]:
    """Its words, of which account and where it is; and its day."""
    if words := Truncator(post.content).chars(MOST_WORDS).strip():
        words = paper.legible(words, instead=NO_LETTERS) or NO_WORDS
    is_web = post.external_url.startswith(("https://", "http://"))
    link = post.external_url if is_web else ""
    address = Truncator(link.partition("://")[2]).chars(ADDRESS_LENGTH)
    account = paper.legible(post.account.name)
    note = " · ".join(each for each in (account, paper.legible(address)) if each)
    published = to_zone(post.published_at, zone)
    return [Cell(words or NO_WORDS, note, link), Cell(f"{published:%-d %b %Y}")]


def _acts(post: Post) -> int:
    """As the selector ranked it."""
    return int(getattr(post, "acts", 0))


def _picture(key: str) -> bytes:
    try:
        return read_stored(key) if key else b""
    except NotFound:
        return b""
