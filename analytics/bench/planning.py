"""Pages of planning with a million posts: half in one organization, the rest spread over others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from analytics.seeding.crowds import Crowd, analyse, crowd_in, shares
from brands.models import BrandProfile
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import Membership, Organization, Role, User
from publishing.models import Post

from .browser import Load, session_of
from .figures import at_most, kb, middle, ms, percentile
from .pages import MOST_BYTES, MOST_QUERIES, Page, alone
from .part import Bench
from .places import Place
from .processes import web
from .report import Section

POSTS: Final = 1_000_000
SLOWEST_SECONDS: Final = 0.250
"""At the 95th percentile, one client."""


@dataclass(frozen=True, slots=True)
class Where:
    """A page: its name, its address, and what it is asked for."""

    name: str
    url_name: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """Whose pages are opened, and how many posts that organization has."""

    label: str
    slug: str
    user: User
    brand: UUID


def measure(bench: Bench) -> list[Section]:
    """One table: each page for the largest organization, and once more for a small one."""
    crowds = _crowds(bench)
    sections = []
    for crowd in (crowds[0], crowds[-1]):
        team = _team(crowd)
        bare = _page(team, Where("Bare page", "bench-bare"), cookie="")
        with session_of(team.user) as cookie, web(workers=1) as server:
            pages = [_page(team, where, cookie) for where in _places(team)]
            shown = [page for page in (bare, *pages) if page is not None]
            seen: list[tuple[Page, int, Load]] = []
            with bench.counted(f"Pages of {team.label}", len(shown)) as step:
                for page in shown:
                    seen.append((page, *alone(server, page, bench)))
                    step(1)
        sections.append(_table(team, seen))
    return sections


def _crowds(bench: Bench) -> list[Crowd]:
    """The organizations with their posts; filled in once and found again the next time."""
    with unscoped("bench: organizations to fill"):
        ids = list(Organization.objects.order_by("slug").values_list("pk", flat=True))
    wanted = shares(ids, bench.few(POSTS, quick=5_000))
    with org_atomic(wanted[0].organization):
        is_there = Post.objects.count() >= wanted[0].out
    if not is_there:
        with bench.counted("Posts", sum(each.posts for each in wanted)) as step:
            crowd_in(wanted, step=step)
        analyse()
    return wanted


def _team(crowd: Crowd) -> Team:
    with unscoped("bench: an owner to open pages as"):
        owners = Membership.objects.select_related("user", "organization")
        owner = owners.get(organization=crowd.organization, role=Role.OWNER)
    with org_atomic(crowd.organization):
        count = Post.objects.count() + crowd.coming
        brand = BrandProfile.objects.order_by("pk").values_list("pk", flat=True)[0]
    return Team(f"{count:,} posts", owner.organization.slug, owner.user, brand)


def _places(team: Team) -> list[Where]:
    one = f"brand={team.brand}"
    return [
        Where("Calendar, week, all brands", "publishing:calendar", "view=week"),
        Where("Calendar, week, one brand", "publishing:calendar", f"view=week&{one}"),
        Where("Calendar, month, all brands", "publishing:calendar", "view=month"),
        Where("Calendar, month, one brand", "publishing:calendar", f"view=month&{one}"),
        Where("Calendar, list", "publishing:calendar", "view=list"),
        Where("Posts, published", "publishing:post-list"),
        Where("Posts, published, one brand", "publishing:post-list", one),
        Where("Posts, most views", "publishing:post-list", "list=out&sort=views"),
        Where("Posts, a rare word", "publishing:post-list", "q=zebra"),
        Where("Posts, planned", "publishing:post-list", "list=coming"),
        Where("Posts, not published", "publishing:post-list", "list=ended"),
        Where("Approvals", "publishing:approval-list"),
        Where("Drafts", "publishing:composition-list"),
        Where("Repeating", "publishing:recurrence-list"),
        Where("Mix", "publishing:mix", one),
        Where("Inbox", "publishing:inbox"),
    ]


def _page(team: Team, where: Where, cookie: str) -> Page | None:
    for args in ([team.slug], []):
        try:
            path = reverse(where.url_name, args=args)
        except NoReverseMatch:
            continue
        place = Place(where.name, (where.url_name,), is_public=not cookie)
        return Page(place, f"{path}?{where.query}" if where.query else path, cookie)
    return None


def _table(team: Team, seen: list[tuple[Page, int, Load]]) -> Section:
    section = Section(
        f"Planning, an organization with {team.label}",
        ("Page", "queries", "HTML", "median", "95th percentile", "× bare"),
    )
    bare = middle(seen[0][2].seconds)
    for page, queries, load in seen:
        median, slowest = middle(load.seconds), percentile(load.seconds, 0.95)
        section.add(
            page.place.name,
            at_most(queries, MOST_QUERIES, str),
            at_most(load.bytes, MOST_BYTES, kb),
            ms(median),
            at_most(slowest, SLOWEST_SECONDS, ms),
            f"{median / bare:.1f}",
        )
    return section
