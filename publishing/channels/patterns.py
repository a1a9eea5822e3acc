r"""Links, hashtags, mentions and emoji in running text, as regular expressions.

Each is written so that Python's `regex` and JavaScript with the u flag read it alike: no `\s` and
no `\w`, which differ, and no inline flags.
"""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What is cut off at both ends of a text: blanks of Python and of JavaScript together."""

_BLANK = r"\t\n\x0b\x0c\r\x1c-\x1f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_NEVER_IN_LINK = (
    rf'{_BLANK}<>"()\u00ab\u00bb\u201c\u201d\u3001\u3002\u300c\u300d\u300e\u300f\u3010\u3011'
    r"\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
_IN_BRACKETS = rf"\([^{_NEVER_IN_LINK}]*\)"
_REST_OF_LINK = (
    rf"(?:[^{_NEVER_IN_LINK}]|{_IN_BRACKETS})*"
    rf"(?:[^{_NEVER_IN_LINK}.,;:!?\x27\u2019\u2026\]}}]|{_IN_BRACKETS})"
)
LINK_PATTERN = rf"https?://{_REST_OF_LINK}"
"""A web address in running text, without the punctuation (Latin or full-width) that ends a sentence
around it."""

HASHTAG_PATTERN = (
    r"(?<![\p{L}\p{M}\p{N}_&/#])[#\uff03]([\p{L}\p{M}\p{N}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*)"
)
"""A hashtag in running text: letters, marks, digits and underscores, not digits alone."""

# Country codes of the domain name system by their first letter (RFC 1591; IANA's root zone).
_COUNTRIES = (
    "a:cdefgilmoqrstuwxz b:abdefghijmnorstvwyz c:acdfghiklmnoruvwxyz d:ejkmoz e:cegrstu f:ijkmor "
    "g:abdefghilmnpqrstuwy h:kmnrtu i:delmnoqrst j:emop k:eghimnprwyz l:abcikrstuvy "
    "m:acdeghklmnopqrstuvwxyz n:acefgilopruz o:m p:aefghklmnrstwy q:a r:eosuw "
    "s:abcdeghijklmnorstvxyz t:cdfghjklmnortvwz u:agksyz v:aceginu w:fs y:et z:amw"
)
# The generic ones that people write without https://. X knows more than a thousand others.
_GENERIC = (
    "com net org edu gov mil int info biz name pro mobi app dev page blog news shop store "
    "online site website web tech cloud digital media studio design agency marketing social "
    "live life world today space club group team company business capital finance health care "
    "academy school education university events tickets travel restaurant cafe bar wine beer "
    "coffee food recipes fashion style beauty photography gallery art music video movie film "
    "games game fun xyz top icu vip link click email network systems solutions software "
    "services support help guide directory community foundation church charity eco green "
    "energy solar city berlin hamburg koeln bayern wien paris london nyc tokyo amsterdam "
    "brussels swiss africa asia"
)


def _any_case(word: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" for letter in word)


def _endings() -> str:
    countries = [each.split(":") for each in _COUNTRIES.split()]
    codes = [f"[{first}{first.upper()}][{rest}{rest.upper()}]" for first, rest in countries]
    return "|".join([*map(_any_case, _GENERIC.split()), *codes])


_LABEL_LETTER = r"A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
BARE_LINK_PATTERN = (
    r"(?<![A-Za-z0-9@\uff20$#\uff03_.\/\-])"
    rf"(?:[{_LABEL_LETTER}](?:[{_LABEL_LETTER}_\-]*[{_LABEL_LETTER}])?\.)+"
    rf"(?:{_endings()})(?![A-Za-z0-9@+\-])"
    rf"(?::[0-9]+)?(?:\/(?:{_REST_OF_LINK})?|\?{_REST_OF_LINK})?"
)
"""A domain without https:// before it, which X makes a link of and counts as one.

Of twitter-text 3 it has the rule for what may stand before and after, country codes and the usual
generic endings. It differs where an ending is rarer than those (counted as plain text here), in a
path with letters that are neither Latin nor Cyrillic (X ends the link before them), and for an
address with https:// under an ending that does not exist (X counts its letters).
"""

MENTION_PATTERN = (
    r"(?<![\p{L}\p{M}\p{N}_\/=])@([A-Za-z0-9_]+(?:[A-Za-z0-9_.\-]*[A-Za-z0-9_]+)?)"
    r"@[\p{L}\p{M}\p{N}_]+(?:[.\-]+[\p{L}\p{M}\p{N}_]+)*"
)
"""@name@server as the fediverse reads it; the group is the name."""

_PICTURE = (
    r"(?:\p{Emoji_Modifier_Base}\p{Emoji_Modifier}"
    r"|(?![\u00a9\u00ae\u2122\u265f])\p{Extended_Pictographic}(?:\ufe0f|(?!\ufe0e))"
    r"|[\u00a9\u00ae\u2122\u265f]\ufe0f)"
)
_TAGS = "(?:[\U000e0020-\U000e007e]+\U000e007f)?"
EMOJI_PATTERN = (
    r"\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3"
    rf"|{_PICTURE}{_TAGS}(?:\u200d{_PICTURE})*"
)
"""One emoji, with its skin, sex, family, flag or keycap. X knows its sequences from a list, so that
one which nobody draws (two flags' letters of no country) counts less here than there."""

LINK = regex.compile(LINK_PATTERN)
LINK_OR_BARE = regex.compile(f"{LINK_PATTERN}|{BARE_LINK_PATTERN}")
HASHTAG = regex.compile(HASHTAG_PATTERN)
MENTION = regex.compile(MENTION_PATTERN)
EMOJI = regex.compile(EMOJI_PATTERN)
