"""Which passwords are taken: long ones that are in no list of stolen ones, however decorated.

Offline by design. Lists of everything that was ever stolen are gigabytes; what is guessed online,
under the limits of a sign-in, are the first thousands. So Django's list of the 20,000 commonest
counts here also with other letters, signs and numbers around it, doubled, and two at a time.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

MOST: Final = 128
_LEET: Final = str.maketrans("013457@$!8", "oieastasib")
_RUNS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "0123456789012345678901234567890",
)
# Names that somebody tries first here.
_OURS: Final = frozenset({"warren", "marketing", "agency", "letmein", "changeme", "welcome"})


class MaximumLengthValidator:
    """Hashing costs grow with the length, and nobody types more."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > MOST:
            raise ValidationError(
                f"This password has more than {MOST} characters. Shorten it.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password may have up to {MOST} characters, spaces too."


class BreachedPasswordValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if is_easily_guessed(password):
            raise ValidationError(
                "This password is made of ones that were stolen elsewhere and are tried first. "
                "Take a few words that do not belong together.",
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return "Your password must not be made of commonly used ones."


def is_easily_guessed(password: str) -> bool:
    """Whether a password is one or two common ones in disguise, a run of keys, or a repetition."""
    # The work grows with the square of the length; a longer one is refused anyway.
    lower = password[:MOST].lower().strip()
    forms = {lower, lower.translate(_LEET)}
    forms |= {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", form) for form in forms}
    return any(_is_known(re.sub(r"[\s._-]+", "", form)) for form in forms)


def _is_known(form: str) -> bool:
    words = _common()
    if len(form) < 4 or form in words or form[::-1] in words or _is_run(form):
        return True
    unit = re.fullmatch(r"(.+?)\1+", form)
    if unit:
        return len(unit[1]) < 8 or _is_known(unit[1])
    return any(_is_piece(form[:cut]) and _is_piece(form[cut:]) for cut in range(3, len(form) - 2))


def _is_piece(part: str) -> bool:
    return part in _common() or part.isdigit() or (len(part) >= 4 and _is_run(part))


def _is_run(form: str) -> bool:
    return any(form in run or form in run[::-1] for run in _RUNS)


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | _OURS
