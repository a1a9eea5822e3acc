"""Figures in running text: what they are worth, of what, and whether they are a limit.

"€189", "189 euros" and "189,00 Euro" are one figure; "20 %" and "20 kg" are two, and so are "30 km"
and "at most 30 km". Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex  # type: ignore[import-untyped, unused-ignore]

from .spans import Span

CURRENCIES = frozenset({"eur", "usd", "gbp", "chf", "jpy", "pln", "sek", "inr"})
PERCENT = "%"


def _units(table: dict[str, str]) -> dict[str, str]:
    return {word: unit for unit, words in table.items() for word in words.split()}


MONTHS = _units(
    {
        "month1": "january jan januar janvier enero gennaio janeiro",
        "month2": "february feb februar février fevrier febrero",
        "month3": "march mar märz maerz mars marzo",
        "month4": "april apr avril abril aprile",
        "month5": "may mai mayo maggio",
        "month6": "june jun juni juin junio",
        "month7": "july jul juli juillet julio",
        "month8": "august aug août aout agosto",
        "month9": "september sep sept septembre septiembre",
        "month10": "october oct oktober okt octobre octubre",
        "month11": "november nov novembre noviembre",
        "month12": "december dec dezember dez décembre decembre diciembre",
    }
)
UNITS = MONTHS | _units(
    {
        PERCENT: "% ％ percent prozent",
        "eur": "€ euro euros eur",
        "usd": "$ dollar dollars usd dólares dólar",
        "gbp": "£ pound pounds quid gbp pfund",
        "chf": "chf franken francs francos",
        "jpy": "¥ yen jpy",
        "pln": "zł pln zloty",
        "sek": "sek kronor kr",
        "inr": "₹ inr rupees",
        "cent": "cent cents céntimos centimes",
        "kg": "kg kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos",
        "g": "g gram grams gramm grammes gramos",
        "mg": "mg milligram milligrams milligramm",
        "t": "tonne tonnes tonnen toneladas tons",
        "lb": "lb lbs",
        "km": "km kilometre kilometres kilometer kilometers kilometern kilomètre kilomètres "
        "kilómetro kilómetros",
        "m": "m metre metres meter meters metern mètre mètres metro metros",
        "cm": "cm centimetre centimetres centimeter centimeters zentimeter centimètres centímetros",
        "mm": "mm millimetre millimetres millimeter millimètres milímetros",
        "mile": "mile miles meile meilen milles millas",
        "ft": "ft feet foot",
        "m2": "m² sqm quadratmeter",
        "l": "l litre litres liter liters litern litro litros",
        "ml": "ml millilitre millilitres milliliter milliliters",
        "h": "h hour hours hr hrs stunde stunden heure heures hora horas",
        "min": "min mins minute minutes minuten minuto minutos",
        "s": "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos",
        "ms": "ms millisecond milliseconds millisekunden",
        "day": "day days tag tage tagen jour jours día días dia dias",
        "week": "week weeks woche wochen semaine semaines semana semanas",
        "month": "month months monat monate monaten mois mes meses",
        "year": "year years jahr jahre jahren an ans année années año años",
        "°c": "°c celsius",
        "°f": "°f fahrenheit",
        "w": "w watt watts",
        "kwh": "kwh kilowattstunden",
        "gb": "gb gigabyte gigabytes",
        "mb": "mb megabyte megabytes",
        "am": "am a.m a.m.",
        "pm": "pm p.m p.m.",
        "uhr": "uhr",
        "times": "x × times mal fois veces",
    }
)
_SCALES = {
    **dict.fromkeys(("k", "thousand", "tausend", "mille", "mil"), 1_000),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mn", "millones", "millón"), 10**6),
    **dict.fromkeys(("billion", "billions", "milliarden", "mrd", "bn", "milliards"), 10**9),
}
NUMBER_WORDS = {
    word: value
    for value, words in {
        0: "zero null cero zéro",
        2: "two zwei deux dos",
        3: "three drei trois tres",
        4: "four vier quatre cuatro",
        5: "five fünf cinq cinco",
        6: "six sechs seis",
        7: "seven sieben sept siete",
        8: "eight acht huit ocho",
        9: "nine neun neuf nueve",
        10: "ten zehn dix diez",
        11: "eleven elf onze once",
        12: "twelve zwölf douze doce dozen dutzend douzaine docena",
        13: "thirteen dreizehn treize trece",
        14: "fourteen vierzehn quatorze catorce",
        15: "fifteen fünfzehn quinze quince",
        16: "sixteen sechzehn seize dieciséis",
        17: "seventeen siebzehn",
        18: "eighteen achtzehn",
        19: "nineteen neunzehn",
        20: "twenty zwanzig vingt veinte",
        30: "thirty dreißig trente treinta",
        40: "forty vierzig quarante cuarenta",
        50: "fifty fünfzig cinquante cincuenta",
        60: "sixty sechzig soixante sesenta",
        70: "seventy siebzig setenta",
        80: "eighty achtzig ochenta",
        90: "ninety neunzig noventa",
        100: "hundred hundert cent cien",
        1000: "thousand tausend mille mil",
    }.items()
    for word in words.split()
}
# Words of one language that mean something else in another.
_NOT_NUMBERS = {"en": {"once", "cent", "seize", "quince", "sept", "dix", "mil", "elf", "null"}}
ONE = frozenset(["one", "ein", "eine", "einen", "einem", "einer", "un", "une", "uno", "una", "1"])

_BOUNDS = {
    "<": r"up to|at most|no more than|not more than|as many as|maximum|max\.?|by|until|till|before"
    r"|under|less than|fewer than|below|bis|bis zu|höchstens|maximal|vor|unter|weniger als"
    r"|jusqu['’]?(?:à|au|aux)?|au plus|avant|moins de|hasta|como máximo|antes de|menos de",
    ">": r"over|more than|above|at least|from|since|after|starting at|as of|minimum|ab|seit|über"
    r"|mehr als|mindestens|nach|plus de|au moins|à partir de|dès|depuis|après|más de"
    r"|al menos|a partir de|desde|después de",
    "~": r"about|around|roughly|nearly|almost|approximately|approx\.?|some|circa|ca\.?|etwa|rund"
    r"|ungefähr|fast|knapp|environ|près de|presque|unos|unas|casi|alrededor de|cerca de",
}
_BOUND = regex.compile(
    r"(?<!\p{L})(?:"
    + "|".join(f"(?P<{name}>{body})" for name, body in zip("abc", _BOUNDS.values(), strict=True))
    + r")\s{0,2}(?:(?:the|zum|zur|dem|den|der|le|la|el|au|al|du|del)\s)?\s?$",
    regex.IGNORECASE,
)
_NAMES_OF_BOUNDS = dict(zip("abc", _BOUNDS, strict=True))
_LOOK_BACK = 30  # characters in which a bound stands before its figure

_DIGITS = regex.compile(
    r"(?<![\p{L}\p{N}_#@.,])\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?![\p{L}\p{N}])"
    r"|(?<![\p{L}\p{N}_#@])\d++(?:[.,:]\d++)*+"
)
_WORD = regex.compile(r"(?<![\p{L}\p{N}])\p{L}{2,15}(?![\p{L}\p{N}])")
_SIGN_BEFORE = regex.compile(r"(?:([$€£¥₹])|(?<!\p{L})(EUR|USD|GBP|CHF|PLN|Fr\.?))[ \u00a0\n]?$")
_UNIT_AFTER = regex.compile(
    r"[ \u00a0\u202f\n-]?(?:(per cent|pour cent|por ciento|square met(?:er|re)s?|[ap]\.m\.?"
    r"|m²|°[CF]|[%％€$£¥₹×])|(\p{L}{1,14})\.?(?![\p{L}\p{N}]))",
    regex.IGNORECASE,
)
_ORDINAL = regex.compile(r"(?:st|nd|rd|th|er|re|ème|e|º|ª)(?![\p{L}\p{N}])")
_MONTH_BEFORE = regex.compile(r"(?<!\p{L})(\p{L}{3,10})\.?\s(?:the\s)?$")
_LONG = {"per cent": PERCENT, "pour cent": PERCENT, "por ciento": PERCENT}


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in one spelling; `unit` canonical or empty; `bound` is "", "<", ">" or "~"."""

    start: int
    end: int
    value: str
    unit: str = ""
    bound: str = ""

    @property
    def span(self) -> Span:
        return self.start, self.end

    @property
    def is_price(self) -> bool:
        return self.unit in CURRENCIES


def figures_in(text: str, language: str = "") -> list[Figure]:
    """Every figure in digits or words, in their order, with what belongs to it inside its span."""
    found = [figure for match in _DIGITS.finditer(text) if (figure := _of(text, *match.span()))]
    skipped = _NOT_NUMBERS.get(language or "en", set())
    covered = {place for figure in found for place in range(figure.start, figure.end)}
    for match in _WORD.finditer(text):
        word = match.group(0).casefold()
        if word in NUMBER_WORDS and word not in skipped and match.start() not in covered:
            found.append(_worded(text, match.span(), NUMBER_WORDS[word]))
    return sorted(found, key=lambda figure: figure.start)


def value_of(digits: str) -> str:
    """1,000 and 1.000 and 1 000 are "1000"; 8,50 and 8.5 are "8.5"; 5:30 stays."""
    text = regex.sub(r"[ \u00a0\u202f'’]", "", digits)
    if ":" in text:
        return str(text)
    if regex.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return str(regex.sub(r"\D", "", text)).lstrip("0") or "0"
    marks = regex.findall(r"[.,]", text)
    if not marks:
        return str(text).lstrip("0") or "0"
    whole, _, part = text.rpartition(marks[-1])
    whole = regex.sub(r"\D", "", whole) if len(set(marks)) > 1 or len(marks) == 1 else whole
    part = part.rstrip("0")
    return f"{whole.lstrip('0') or '0'}.{part}" if part else whole.lstrip("0") or "0"


def _of(text: str, start: int, end: int) -> Figure | None:
    value, first = value_of(text[start:end]), start
    unit = ""
    if ordinal := _ORDINAL.match(text, end):
        end = ordinal.end()
    elif text[end : end + 1].isalpha() and not _is_unit(text, end):
        return None  # "3D" and "5G" are names
    scale, end = _scale(text, end)
    if scale > 1:
        value = _scaled(value, scale)
    before = _SIGN_BEFORE.search(text, max(0, start - 6), start)
    if before:
        unit = UNITS.get((before.group(1) or before.group(2)).casefold().rstrip("."), "chf")
        first = before.start()
    else:
        unit, end = _unit(text, end)
    if not unit and (month := _month_before(text, start)):
        unit = month
    return Figure(first, end, value, unit, _bound(text, first))


def _worded(text: str, span: Span, number: int) -> Figure:
    unit, end = _unit(text, span[1])
    return Figure(span[0], end, str(number), unit, _bound(text, span[0]))


def _is_unit(text: str, end: int) -> bool:
    match = _UNIT_AFTER.match(text, end)
    word = (match.group(2) or "").casefold() if match else ""
    return bool(match) and (not word or word in UNITS or word in _SCALES)


def _scale(text: str, end: int) -> tuple[int, int]:
    match = _UNIT_AFTER.match(text, end)
    word = (match.group(2) or "").casefold() if match else ""
    return (_SCALES[word], match.end(2)) if word in _SCALES else (1, end)


def _scaled(value: str, scale: int) -> str:
    try:
        number = float(value) * scale
    except ValueError:
        return value
    return str(round(number)) if number == round(number) else str(number)


def _unit(text: str, end: int) -> tuple[str, int]:
    # "1.2 million euros", "24. November", "35 d'euros"
    place = end + 1 if text[end : end + 2] == ". " else end
    match = _UNIT_AFTER.match(text, place)
    if not match:
        return "", end
    if place != end and (match.group(2) or "").casefold() not in MONTHS:
        return "", end
    if match.group(1):
        word = match.group(1).casefold()
        if word.startswith("square"):
            return "m2", match.end()
        return _LONG.get(word) or UNITS.get(word) or UNITS.get(word.rstrip("."), ""), match.end()
    unit = UNITS.get(match.group(2).casefold(), "")
    if not unit and match.group(2).casefold() in ("de", "d", "of") and " " in match.group(0):
        after = _UNIT_AFTER.match(text, match.end())
        if after and after.group(2) and after.group(2).casefold() in MONTHS:
            return MONTHS[after.group(2).casefold()], after.end()
    return (unit, match.end(2)) if unit else ("", end)


def _month_before(text: str, start: int) -> str:
    match = _MONTH_BEFORE.search(text, max(0, start - 16), start)
    return MONTHS.get(match.group(1).casefold(), "") if match else ""


def _bound(text: str, start: int) -> str:
    match = _BOUND.search(text, max(0, start - _LOOK_BACK), start)
    return _NAMES_OF_BOUNDS[str(match.lastgroup)] if match else ""
