"""Settings of the installation that operators change while it runs.

Each is declared once, with its type, its default and what it does. What an operator set wins; then
comes the environment, then the default. Read through a cache of 5 s in each process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import router, transaction

from config.kernel.clock import now
from config.kernel.errors import Invalid, NotFound
from config.kernel.hooks import Registry
from config.kernel.secret import Secret, mask
from organizations.models import AppSetting, User

CACHE_SECONDS: Final = 5.0
KINDS: Final = ("text", "email", "number", "switch")


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting that the installation knows.

    `kind` is text, email, number or switch. `environment` reads what the environment gives; None
    from it means that nothing was given. A number lies between `least` and `most`.
    """

    key: str
    kind: str
    default: Any
    about: str
    is_secret: bool = False
    environment: Callable[[], Any] | None = None
    least: int = 0
    most: int = 1_000_000

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise TypeError(f"{self.key}: {self.kind!r} is none of {', '.join(KINDS)}.")


app_settings: Registry[Declared] = Registry("installation settings", Declared)

for _declared in (
    Declared("signup_open", "switch", True, "Whether strangers may make an account."),
    Declared(
        "support_email",
        "email",
        "",
        "Where questions to the support are mailed.",
        environment=lambda: settings.WARREN_SUPPORT_EMAIL,
    ),
    Declared(
        "invitation_days",
        "number",
        7,
        "Days that an invitation into a team can be accepted.",
        least=1,
        most=60,
    ),
    Declared(
        "api_requests_per_minute",
        "number",
        600,
        "Requests a minute that a new key of the API may make.",
        least=1,
        most=6_000,
    ),
):
    app_settings.register(_declared.key, _declared)


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as operators see it; a secret one only masked. `source` says who decided."""

    declared: Declared
    shown: str
    source: str
    row: AppSetting | None


def setting(key: str) -> Any:
    """The value that counts now, at most 5 s old. Raises KeyError for one that nobody declared.

    Secret ones come as `Secret[str]`, or None when there is none.
    """
    declared = app_settings[key]
    rows = _cache.rows()
    row = rows.get(key)
    if row is not None:
        return row.secret if declared.is_secret else row.value
    given = declared.environment() if declared.environment else None
    value = declared.default if given in (None, "") else given
    if declared.is_secret:
        return Secret(str(value)) if value else None
    return value


def save_setting(*, key: str, value: Any, by: User) -> AppSetting:
    """Set one for the whole installation, from at most 5 s on in other processes.

    Raises NotFound for an unknown name, Invalid when the value does not fit its type. The admin's
    own history says who did it: no organization's audit log is concerned.
    """
    declared = app_settings.get(key)
    if declared is None:
        raise NotFound(f"There is no setting called {key}.")
    checked = checked_value(declared, value)
    with transaction.atomic(using=router.db_for_write(AppSetting)):
        row = AppSetting.objects.filter(key=key).first() or AppSetting(key=key)
        if declared.is_secret:
            row.secret, row.value = checked, None
        else:
            row.value = checked
        row.updated_by, row.updated_at = by, now()
        row.save()
    forget_settings()
    return row


def reset_setting(*, key: str) -> None:
    """Go back to what the environment gives, or to the default."""
    AppSetting.objects.filter(key=key).delete()
    forget_settings()


def setting_lines() -> list[SettingLine]:
    """Every declared setting with its value and who decided it, for the operators' page."""
    rows = {row.key: row for row in AppSetting.objects.all()}
    return [_line(declared, rows.get(declared.key)) for declared in app_settings.values()]


def checked_value(declared: Declared, value: Any) -> Any:
    """The value in its type. Raises Invalid."""
    if declared.kind == "switch":
        return _checked_switch(value)
    if declared.kind == "number":
        return _checked_number(declared, value)
    text = str(value or "").strip()
    if declared.kind == "email" and text:
        try:
            validate_email(text)
        except ValidationError:
            raise Invalid(f"{text[:80]} is no e-mail address.", field="value") from None
    if declared.is_secret and not text:
        raise Invalid("Give the secret. To remove it, reset the setting.", field="value")
    return text


def forget_settings() -> None:
    """Read them anew at the next use in this process."""
    _cache.forget()


def _checked_switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    try:
        return words[str(value).strip().lower()]
    except KeyError:
        raise Invalid("Say yes or no.", field="value") from None


def _checked_number(declared: Declared, value: Any) -> int:
    try:
        number = int(str(value).strip())
    except ValueError:
        raise Invalid("Give a whole number.", field="value") from None
    if not declared.least <= number <= declared.most:
        raise Invalid(f"Choose {declared.least:,} to {declared.most:,}.", field="value")
    return number


def _line(declared: Declared, row: AppSetting | None) -> SettingLine:
    given = declared.environment() if declared.environment else None
    source = "operator" if row else "environment" if given not in (None, "") else "default"
    if declared.is_secret:
        held = row.secret if row else None
        text = held.reveal() if held is not None else str(given or declared.default or "")
        return SettingLine(declared, mask(text), source, row)
    value = row.value if row else given if source == "environment" else declared.default
    shown = ("yes" if value else "no") if declared.kind == "switch" else str(value)
    return SettingLine(declared, shown, source, row)


class _Cache:
    """All rows at once: they are few, and read together on the sign-up page as in the API."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._rows: dict[str, AppSetting] = {}

    def rows(self) -> dict[str, AppSetting]:
        with self._lock:
            if monotonic() >= self._until:
                self._rows = {row.key: row for row in AppSetting.objects.all()}
                self._until = monotonic() + CACHE_SECONDS
            return self._rows

    def forget(self) -> None:
        with self._lock:
            self._until = 0.0


_cache = _Cache()
