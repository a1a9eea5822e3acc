"""Short links of our own, and the parameters that a brand puts on the links of its posts.

A link leads only where its row says, and only to http and https: what a visitor sends changes
nothing about it. Clicks are counted once a visitor and day, and robots not at all.
"""

from __future__ import annotations

import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from brands.models import BrandProfile
from config.kernel.errors import Invalid, Unavailable
from config.kernel.scoping import current_organization_id, org_atomic
from organizations.models import User
from organizations.services.audit import changed_fields, record
from publishing.models import Composition, LinkCode, LinkSettings, PendingPost, TrackedLink

from .links_parameters import NAMES, filled, with_parameters

LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O o, 1 I i l L: somebody may have to type a code from a slide."""
CODE_CHARACTERS: Final = 7
"""54^7 is 1.3 times 10^12: a taken code is met once in a thousand million tries per thousand."""
URL_CHARACTERS: Final = 2_000
TARGET_CHARACTERS: Final = 2_200
_TRIES: Final = 5


def track_link(
    *,
    brand: BrandProfile,
    url: str,
    platform: str = "",
    campaign: str = "",
    post: PendingPost | None = None,
    by: User | None = None,
    adds_utm: bool | None = None,
) -> TrackedLink:
    """A short link to an address, with the brand's parameters on it if the brand wants them.

    The same address of the same post gets the same link. `adds_utm` None: as the brand's settings
    say. Raises Invalid for what is no address of a web page.
    """
    url = web_address(url)
    with org_atomic():
        parameters = _parameters(brand, platform, campaign, post, adds_utm)
        target = with_parameters(url, parameters)
        _refuse_long(target)
        known = _known(brand, post, target)
        if known is not None:
            return known
        link = TrackedLink(
            brand=brand, pending_post=post, url=url, target=target, utm=parameters, code=""
        )
        link.code = _new_code(link)
        link.save(force_insert=True)
        record(action="link.created", target=link, by=by, data={"code": link.code})
    return link


def short_address(link: TrackedLink) -> str:
    """The address that people click on, on the links' own domain where the installation has one."""
    return f"{_domain()}{reverse('links:follow', args=[link.code])}"


def wanted_link(
    *, post: PendingPost, composition: Composition | None = None, by: User | None = None
) -> str:
    """A post's link as it is to go out: as its composition says, and else its brand's settings.

    Call it with the link as a person gave it, before anybody is asked to approve the post. A short
    link of ours stays what it is. Raises Invalid for what is no address of a web page.
    """
    if not post.link.strip() or is_ours(post.link):
        return post.link.strip()
    brand = post.brand
    settings_row = settings_of(brand)
    said = composition or Composition()
    shortens = _chosen(said.shortens_links, settings_row.shortens)
    adds_utm = _chosen(said.adds_utm, settings_row.adds_utm)
    campaign = post.campaign or said.campaign
    if shortens:
        link = track_link(
            brand=brand,
            url=post.link,
            platform=post.platform,
            campaign=campaign,
            post=post,
            by=by,
            adds_utm=adds_utm,
        )
        return short_address(link)
    if not adds_utm:
        return post.link.strip()
    parameters = _parameters(brand, post.platform, campaign, post, True)
    target = with_parameters(web_address(post.link), parameters)
    # The post's own column is no longer than what a person may give.
    return target if len(target) <= URL_CHARACTERS else post.link.strip()


def settings_of(brand: BrandProfile) -> LinkSettings:
    """What the brand does with its links; a row that is not saved where nobody chose yet."""
    with org_atomic():
        return LinkSettings.objects.filter(brand=brand).first() or LinkSettings(brand=brand)


def change_settings(*, brand: BrandProfile, by: User, **words: Any) -> LinkSettings:
    """Change what is given: shortens, adds_utm, and utm_source, _medium, _campaign, _content.

    Links that went out stay as they are.
    """
    with org_atomic():
        row = LinkSettings.objects.select_for_update().filter(brand=brand).first()
        row = row or LinkSettings(brand=brand)
        before, after = changed_fields({name: getattr(row, name) for name in words}, words)
        for name in after:
            setattr(row, name, words[name])
        row.save()
        if after:
            record(action="links.changed", target=brand, by=by, before=before, after=after)
    return row


def delete_link(*, link: TrackedLink, by: User) -> None:
    """Take it down: whoever follows it is told that it leads nowhere. Cannot be undone."""
    with org_atomic():
        record(
            action="link.deleted",
            target=link,
            by=by,
            data={"code": link.code, "target": link.target, "clicks": link.clicks_count},
        )
        LinkCode.objects.filter(link_id=link.pk).delete()
        link.delete()


def web_address(url: str) -> str:
    """The address of a web page, trimmed. Raises Invalid for every other kind of address."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        is_web = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        # Names and passwords in an address are how it is made to look like another.
        is_web = is_web and "@" not in parts.netloc
    except ValueError:
        is_web = False
    has_space = any(character.isspace() or ord(character) < 32 for character in address)
    if not is_web or has_space or "\\" in address or len(address) > URL_CHARACTERS:
        raise Invalid(
            "That is no address of a web page. Write it like https://example.org/page.",
            code="link_no_address",
            field="link",
        )
    return address


def is_ours(url: str) -> bool:
    """Whether an address is a short link of this installation."""
    return url.strip().startswith(f"{_domain()}/l/")


def _domain() -> str:
    return str(settings.WARREN_LINK_DOMAIN or settings.WARREN_BASE_URL)


def _chosen(said: bool | None, otherwise: bool) -> bool:
    return otherwise if said is None else said


def _parameters(
    brand: BrandProfile,
    platform: str,
    campaign: str,
    post: PendingPost | None,
    adds_utm: bool | None,
) -> dict[str, str]:
    row = settings_of(brand)
    if not _chosen(adds_utm, row.adds_utm):
        return {}
    patterns = {name: getattr(row, f"utm_{name}") for name in NAMES}
    names = {"platform": platform, "campaign": campaign, "post": str(post.pk) if post else ""}
    return filled(patterns, **names)


def _known(brand: BrandProfile, post: PendingPost | None, target: str) -> TrackedLink | None:
    if post is None:
        return None
    same: TrackedLink | None = TrackedLink.objects.filter(
        brand=brand, pending_post_id=post.pk, target=target
    ).first()
    return same


def _new_code(link: TrackedLink) -> str:
    """A code that nobody has, told to the door that is open to everybody."""
    for _ in range(_TRIES):
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_CHARACTERS))
        try:
            with transaction.atomic():
                LinkCode.objects.create(
                    code=code, organization_id=current_organization_id(), link_id=link.pk
                )
        except IntegrityError:
            continue
        return code
    raise Unavailable("No free short address was found. Try again in a moment.", retry_after=5)


def _refuse_long(target: str) -> None:
    if len(target) > TARGET_CHARACTERS:
        raise Invalid(
            f"With its parameters the address has {len(target):,} characters; at most "
            f"{TARGET_CHARACTERS:,} are taken. Use a shorter address or shorter parameters.",
            code="link_too_long",
            field="link",
        )
