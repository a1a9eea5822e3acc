"""No address that neither the material nor the brand gave."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.addresses import address_spans
from config.kernel.language.spans import Span, tidy, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Verdict, quoted

# What a browser opens without a host: a page, a script or a file inside the address itself.
_WITHOUT_HOST = regex.compile(
    r"(?<![\p{L}\p{N}])(?:data|javascript|vbscript|blob|file|intent):(?!\s)[^\s<>\"]{2,}+",
    regex.IGNORECASE,
)
# Added by whoever shared the address; they lead to the same page.
_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "ref_src")


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when every address in text and link is the material's, or lies under one of the brand's.

    Bare hosts ("acme.com/sale") count too, since platforms make links of them. The fix takes the
    strange addresses out. Source: specification 1c; issue "links not in the material".
    """
    strange = [span for span in _spans(candidate.text) if not _known(candidate, span, brief)]
    found = [candidate.text[start:end] for start, end in strange]
    link_is_strange = bool(candidate.link) and not is_allowed(candidate.link, brief)
    if not found and not link_is_strange:
        return PASSED
    named = found + ([candidate.link] if link_is_strange else [])
    return Verdict(
        ok=False,
        spans=tuple(strange),
        reason=f"Neither the material nor the brand has the address {quoted(named)}. "
        "Use an address of the material, or add this one to the brand's allowed links.",
        fix=_without(candidate, strange, link_is_strange),
    )


def _spans(text: str) -> list[Span]:
    bare = [match.span() for match in _WITHOUT_HOST.finditer(text)]
    others = [
        (start, end)
        for start, end in address_spans(text)
        if not any(a < end and start < b for a, b in bare)
    ]
    return sorted([*bare, *others])


def is_allowed(address: str, brief: GuardBrief) -> bool:
    """The material's own address, or one under the brand's website or allowed links."""
    wanted = same_page(address)
    if not wanted[0] or _WITHOUT_HOST.match(address):
        return False
    if any(wanted == same_page(link) for link in brief.links):
        return True
    brand = [*brief.allowed_links, brief.website]
    return any(_lies_under(wanted, same_page(link)) for link in brand if link.strip())


def same_page(address: str) -> tuple[str, str, str]:
    """(host, path, query) in the form in which two spellings of one page are equal."""
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").removeprefix("www.").rstrip(".")
        port = parts.port
    except ValueError:
        return "", "", ""
    if parts.scheme.lower() not in ("http", "https") or parts.username is not None:
        return "", "", ""
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    kept = [
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not pair[0].lower().startswith(_TRACKING)
    ]
    return host, parts.path.rstrip("/"), urlencode(kept)


def _known(candidate: CandidateText, span: Span, brief: GuardBrief) -> bool:
    address = candidate.text[span[0] : span[1]]
    if is_allowed(address, brief):
        return True
    # A bare host may be a name ("Booking.com") that the material itself speaks of.
    is_bare = "://" not in address and "/" not in address
    return is_bare and address.casefold() in brief.known_text.casefold()


def _lies_under(wanted: tuple[str, str, str], allowed: tuple[str, str, str]) -> bool:
    host, path, _ = allowed
    if not host or not (wanted[0] == host or wanted[0].endswith(f".{host}")):
        return False
    return not path or wanted[1] == path or wanted[1].startswith(f"{path}/")


def _without(
    candidate: CandidateText, strange: list[Span], link_is_strange: bool
) -> CandidateText | None:
    text = candidate.text
    for start, end in reversed(strange):
        text = f"{text[:start]}{text[end:]}"
    text = tidy(regex.sub(r"\(\s*\)|[ \t]+(?=[.,;!?])", "", text))
    if strange and not text:
        return None
    # "Read more at ." says nothing any more: such a sentence goes as a whole where others are left.
    if strange:
        text = without_sentences(candidate.text, strange) or text
    return CandidateText(text, candidate.hashtags, "" if link_is_strange else candidate.link)


GUARD = Guard("links", "Links from the material", "2", check)
