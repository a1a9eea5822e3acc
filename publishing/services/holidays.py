"""Public holidays of countries and their parts, from the `holidays` library; no network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from typing import Final

import holidays

from config.kernel.errors import Invalid

ENGLISH: Final = "en_US"
MOST_COUNTRIES: Final = 12


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """ISO 3166 code of each country that is known -> codes of its parts that are."""
    found = holidays.list_supported_countries(include_aliases=False)
    return {code: tuple(parts) for code, parts in sorted(found.items())}


def checked_places(places: Iterable[str]) -> list[str]:
    """Codes such as DE or DE-BY, in order and once each. Raises Invalid for one that is unknown."""
    found = []
    for place in dict.fromkeys(each.strip().upper() for each in places if each.strip()):
        country, _, part = place.partition("-")
        parts = countries().get(country)
        if parts is None or (part and part not in parts):
            raise Invalid(
                f"“{place}” is no country or part of one that has a list of holidays. Write codes "
                "such as DE, DE-BY or US-CA.",
                field="countries",
            )
        found.append(place)
    if len(found) > MOST_COUNTRIES:
        raise Invalid(f"Choose at most {MOST_COUNTRIES} countries.", field="countries")
    return found


def holidays_between(
    places: Iterable[str], start: date, end: date, *, language: str = "en"
) -> dict[date, list[str]]:
    """Day -> names of its holidays from `start` until before `end`.

    A holiday that several places share stands once, with the places behind its name where it is
    not a holiday of all of them. Names are in `language` where the list has it, else in English,
    else in the country's own.
    """
    chosen = list(dict.fromkeys(places))
    found: dict[date, dict[str, list[str]]] = {}
    for place in chosen:
        for year in range(start.year, end.year + 1):
            for day, name in _of_year(place, year, language):
                if start <= day < end:
                    found.setdefault(day, {}).setdefault(name, []).append(place)
    return {
        day: [_named(name, where, chosen) for name, where in names.items()]
        for day, names in sorted(found.items())
    }


def _named(name: str, where: list[str], chosen: list[str]) -> str:
    return name if len(where) == len(chosen) else f"{name} ({', '.join(where)})"


@lru_cache(maxsize=512)
def _of_year(place: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    country, _, part = place.partition("-")
    if country not in countries():
        return ()
    known = holidays.country_holidays(country).supported_languages
    days = holidays.country_holidays(
        country, subdiv=part or None, years=year, language=_spoken(language, known)
    )
    return tuple(sorted((day, name) for day, name in days.items()))


def _spoken(language: str, known: Iterable[str]) -> str | None:
    known = tuple(known)
    exact = language.replace("-", "_")
    wanted = [each for each in known if each == exact or each.split("_")[0] == exact.split("_")[0]]
    return next(iter(wanted), ENGLISH if ENGLISH in known else None)
