"""The agency's own face before its clients: name, logo, colour and sender, instead of Warren's.

The colour may be any. What is written on it or with it is reckoned so that it can be read: a button
carries black or white, whichever is clearer, and links take as much black or white as they need on
light and on dark pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.mail import EmailMultiAlternatives

from config.kernel.contrast import HEX, TEXT, contrast, mixed, readable
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from config.kernel.uploads import PICTURE_BYTES, check_name, rewrite_picture
from organizations.models import Organization, User, WhiteLabel

from .audit import changed_fields, record
from .files import store_file
from .letters import one_line

OWN_ACCENT: Final = "#2563EB"
WHITE: Final = "#FFFFFF"
BLACK: Final = "#000000"
# The surfaces of a page on which a coloured word is hardest to read, in light and in dark.
LIGHT: Final = "#F3F1ED"
DARK: Final = "#282621"
HOVER_RATIO: Final = 0.12
# No place shows it larger, on paper neither.
LOGO_PIXELS: Final = 1_200
_WORDS: Final = ("name", "accent", "sender_name", "reply_to", "hides_warren")


@dataclass(frozen=True, slots=True)
class Look:
    """How clients see a team. `name` is never empty; `accent` is where nothing was chosen."""

    name: str
    logo: str = ""
    accent: str = ""
    sender_name: str = ""
    reply_to: str = ""
    hides_warren: bool = False

    @property
    def logo_name(self) -> str:
        """As the address of a picture names it."""
        return self.logo.rpartition("/")[2]

    @property
    def version(self) -> str:
        """Changes with the stylesheet, so that browsers may keep each for ever."""
        return self.accent.removeprefix("#").lower() or "plain"


@dataclass(frozen=True, slots=True)
class Shades:
    """What is made of one accent colour, as #RRGGBB."""

    fill: str
    hover: str
    on_fill: str
    ink_on_light: str
    ink_on_dark: str

    @property
    def ratio(self) -> float:
        return contrast(self.fill, self.on_fill)


def look_of_team(team: str = "") -> Look:
    """The look of the organization in scope; of one that chose none, its name alone, which is read
    where it is not given (`team`)."""
    row = WhiteLabel.objects.first()
    team = team or Organization.objects.values_list("name", flat=True).get()
    if row is None:
        return Look(name=team)
    return Look(
        name=row.name or team,
        logo=row.logo,
        accent=row.accent,
        sender_name=row.sender_name,
        reply_to=row.reply_to,
        hides_warren=row.hides_warren,
    )


def save_white_label(*, values: Mapping[str, Any], by: User) -> WhiteLabel:
    """Change how clients see the team. `logo` in `values` is an upload, or "" to take it away.

    A logo that another takes the place of stays until the next clearing of loose files. Raises
    Invalid (`field` accent or logo).
    """
    accent = str(values.get("accent", ""))
    if accent and HEX.fullmatch(accent) is None:
        raise Invalid("A colour is written like #2563EB.", field="accent")
    with org_atomic():
        row, _ = WhiteLabel.objects.get_or_create()
        row = WhiteLabel.objects.select_for_update().get(pk=row.pk)
        before = {name: getattr(row, name) for name in (*_WORDS, "logo")}
        for name in _WORDS:
            setattr(row, name, values.get(name, before[name]))
        if "logo" in values:
            row.logo = _kept_logo(values["logo"])
        row.save()
        old, new = changed_fields(before, {name: getattr(row, name) for name in before})
        record(action="white_label.saved", target=row, by=by, before=old, after=new)
    return row


def shades_of(accent: str) -> Shades:
    """Raises ValueError for what is no colour."""
    on_fill = max((WHITE, BLACK), key=lambda ink: contrast(accent, ink))
    # Away from what stands on it, so that a button under the pointer is read as well.
    other = BLACK if on_fill == WHITE else WHITE
    return Shades(
        fill=accent,
        hover=mixed(accent, other, HOVER_RATIO),
        on_fill=on_fill,
        ink_on_light=readable(accent, LIGHT, TEXT),
        ink_on_dark=readable(accent, DARK, TEXT),
    )


def stylesheet_of(accent: str) -> str:
    """The rules that put a page into the colour; none for no colour."""
    if not accent:
        return ""
    shades = shades_of(accent)
    return (
        f":root{{--action:{shades.fill};--action-hover:{shades.hover};"
        f"--action-ink:light-dark({shades.ink_on_light},{shades.ink_on_dark});"
        f"--series-1:light-dark({shades.ink_on_light},{shades.ink_on_dark})}}\n"
        f".button--primary{{--button-ink:{shades.on_fill}}}\n"
    )


def specimen_of(accent: str) -> str:
    """The same colours inside the specimen beside the form, and nowhere else on that page."""
    shades = shades_of(accent)
    return (
        f".look-sample{{--action:{shades.fill};--action-hover:{shades.hover};"
        f"--action-ink:light-dark({shades.ink_on_light},{shades.ink_on_dark})}}\n"
        f".look-sample .button--primary{{--button-ink:{shades.on_fill}}}\n"
    )


def worn(look: Look) -> dict[str, Any]:
    """What the templates of a letter to a client say and show of the look."""
    shades = shades_of(look.accent or OWN_ACCENT)
    return {
        "agency": look.name,
        "button": shades.fill,
        "button_ink": shades.on_fill,
        "hides_warren": look.hides_warren,
    }


def dressed(message: EmailMultiAlternatives, look: Look) -> EmailMultiAlternatives:
    """A letter to a client, from the agency's name at our address, answered to theirs."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL
    message.from_email = formataddr((one_line(look.sender_name or look.name), address))
    if look.reply_to:
        message.reply_to = [look.reply_to]
    return message


def _kept_logo(upload: UploadedFile[bytes] | str) -> str:
    if not upload:
        return ""
    assert isinstance(upload, UploadedFile)
    try:
        if upload.size is not None and upload.size > PICTURE_BYTES:
            raise Invalid("The logo is too large: at most 20 MB are taken. Save it smaller.")
        check_name(upload.name or "", "picture")
        picture = rewrite_picture(upload.read(), longest_pixels=LOGO_PIXELS)
        return store_file(picture.data, ending=picture.ending)
    except Invalid as error:
        error.field = "logo"
        raise
