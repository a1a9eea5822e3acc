"""Nobody's address, number or birthday goes out but the brand's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import Span, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Verdict, quoted
from .links import same_page

_EMAIL = regex.compile(
    r"(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}][\p{L}\p{N}._%+-]{0,63}(?:@|\s?[\[(]at[\])]\s?)"
    r"[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})(?:\.[\p{L}\p{N}-]{1,62}){1,4}"
)
_PHONE = regex.compile(
    r"(?<![\p{L}\p{N}.,/#-])(?:\+\d{1,3}|\(?0\d{1,5}\)?|\(\d{3}\))(?:[ \u00a0()./-]{0,2}\d){5,12}"
    r"(?![\p{L}\p{N}])"
)
_IBAN = regex.compile(r"(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}(?![\p{L}\p{N}])")
_CARD = regex.compile(r"(?<![\p{L}\p{N}])\d(?:[ -]?\d){12,18}(?![\p{L}\p{N}])")
_STREET = regex.compile(
    r"(?<![\p{L}\p{N}])(?:"
    r"\d{1,5}[a-z]? (?:\p{Lu}[\p{L}'’]+ ){1,3}(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Drive"
    r"|Boulevard|Blvd\.?|Square|Court|Place|Terrace|Crescent)(?!\p{L})"
    r"|\p{Lu}[\p{L}-]{1,30}(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer|damm|ring) "
    r"\d{1,4} ?[a-z]?(?![\p{L}\p{N}])"
    r"|\d{1,4},? ?(?:bis |ter )?(?:rue|avenue|boulevard|place|chemin|quai|impasse) "
    r"(?:\p{L}[\p{L}'’-]{0,30} ?){1,5}"
    r"|(?:[Cc]alle|[Aa]venida|[Pp]laza|[Pp]aseo|C/) ?(?:\p{L}[\p{L}'’-]{0,30} ){0,4}"
    r"\p{L}[\p{L}-]{0,30},? (?:n\.?º ?)?\d{1,4}(?!\d)"
    r")"
)
_ID = regex.compile(
    r"(?<![\p{L}\p{N}-])\d{3}-\d{2}-\d{4}(?![\p{N}-])"
    r"|(?i:(?<!\p{L})(?:passport|passport no\.?|id card|identity card|social security"
    r"|national insurance|driving licence|driver['’]s license|ausweis(?:nummer)?|reisepass"
    r"|steuer-?id(?:entifikationsnummer)?|sozialversicherungsnummer|passeport"
    r"|numéro de sécurité sociale|carte d['’]identité|dni|nie|pasaporte))"
    r"[\s:#.noNº°]{0,8}(?=[A-Z0-9]{0,6}\d)[A-Z0-9][A-Z0-9 -]{5,20}"
)
_BIRTH = regex.compile(
    r"(?i:(?<!\p{L})(?:born|date of birth|d\.o\.b\.|dob|birthday|geboren|geb\.|geburtsdatum"
    r"|geburtstag|née?|date de naissance|anniversaire|nacid[oa]|fecha de nacimiento|cumpleaños)"
    r"(?!\p{L}))[^.\n\d]{0,25}\d{1,4}[.\s/-]{1,3}(?:\d{1,2}|\p{L}{3,10})[.\s/,-]{1,3}\d{2,4}"
)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15  # of a phone number, ITU-T E.164
_OWN = frozenset({"brand", "instruction", "wording"})


@dataclass(frozen=True, slots=True)
class _Found:
    """`is_contact` is what businesses publish of themselves; other kinds never ask, they block."""

    span: Span
    kind: str
    is_contact: bool


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when all personal data of the text stand in the brand's own words.

    An address of the brand's own site passes too. Contact details that only a source has ask a
    person; everything else blocks, and the fix leaves its sentences out. Card numbers never pass.
    Source: issue 5, guards; GDPR article 5 (1) c, only what is needed.
    """
    text = candidate.text
    found = [one for one in _found(text) if not _is_own(text[slice(*one.span)], one, brief)]
    if not found:
        return PASSED
    given = _plain("\n".join(source.text for source in brief.sources))
    blocked = [
        one for one in found if not (one.is_contact and _plain(text[slice(*one.span)]) in given)
    ]
    if blocked:
        left = without_sentences(text, [one.span for one in blocked])
        return Verdict(
            ok=False,
            spans=tuple(one.span for one in blocked),
            reason=f"The text gives away {_listed(text, blocked)}. Leave it out.",
            fix=None if left is None else candidate.with_text(left),
        )
    return Verdict(
        ok=False,
        severity=Severity.REVIEW,
        spans=tuple(one.span for one in found),
        reason=f"The text names {_listed(text, found)} of the material. A person decides whether "
        "it may be public, or write it into the brand's profile when it is the brand's own.",
    )


def _found(text: str) -> list[_Found]:
    """Each place once, the most telling kind first."""
    kept: list[_Found] = []
    for one in _candidates(text):
        if not any(one.span[0] < other.span[1] and other.span[0] < one.span[1] for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.span)


def _candidates(text: str) -> Iterator[_Found]:
    for match in _IBAN.finditer(text):
        if _is_iban(match.group(0)):
            yield _Found(match.span(), "an account number", False)
    for match in _CARD.finditer(text):
        if _is_card(match.group(0)):
            yield _Found(match.span(), "a card number", False)
    for match in _ID.finditer(text):
        yield _Found(match.span(), "an identity number", False)
    for match in _BIRTH.finditer(text):
        yield _Found(match.span(), "a date of birth", False)
    for match in _EMAIL.finditer(text):
        yield _Found(match.span(), "the e-mail address", True)
    for match in _PHONE.finditer(text):
        digits = sum(character.isdigit() for character in match.group(0))
        if _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
            yield _Found(match.span(), "the phone number", True)
    for match in _STREET.finditer(text):
        yield _Found(match.span(), "the address", True)


def _is_own(data: str, one: _Found, brief: GuardBrief) -> bool:
    if one.kind == "a card number":
        return False
    own = "\n".join(source.text for source in brief.sources if source.kind in _OWN)
    own = f"{own}\n{brief.disclosure}\n" + "\n".join(brief.required_words)
    if _plain(data) in _plain(own):
        return True
    host = same_page(brief.website)[0] if brief.website else ""
    return bool(host) and "@" in data and data.rpartition("@")[2].casefold() == host


def _plain(data: str) -> str:
    return str(regex.sub(r"[^\p{L}\p{N}@]", "", data)).casefold()


def _listed(text: str, found: list[_Found]) -> str:
    """Contacts are shown; what must not be seen is only named."""
    shown = [text[slice(*one.span)].strip() for one in found if one.is_contact]
    kinds = list(dict.fromkeys(one.kind for one in found))
    named = " and ".join(kinds)
    return f"{named} {quoted(shown)}" if shown else named


def _is_iban(text: str) -> bool:
    """ISO 13616: the country and check digits last, letters as numbers, modulo 97 leaves 1."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _is_card(text: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the sum ends in 0."""
    digits = [int(character) for character in text if character.isdigit()][::-1]
    doubled = (2 * digit - 9 if digit > 4 else 2 * digit for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


GUARD = Guard("personal_data", "No personal data", "1", check)
