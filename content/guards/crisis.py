"""Words of death and disaster go out by a person's hand only."""

from __future__ import annotations

from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.detection import languages_of
from config.kernel.language.spans import Span
from config.kernel.language.words import find_words, has_words, spoken

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Verdict, quoted

# Stems end in *. No word that is another language's everyday word: "die" is "the" in German.
_WORDS = {
    "en": "death deaths dead died dying deadly killed killing kills fatal fatality fatalities "
    "murder* suicide* disaster* catastrophe* earthquake* flood floods flooding flooded hurricane* "
    "tsunami* wildfire* terror* attack attacks attacked bomb bombs bombing explosion* shooting "
    "shootings gunman hostage* massacre* genocide war wars warfare invasion casualty casualties "
    "victim victims accident accidents crash crashed injured injury injuries poisoning poisoned "
    "outbreak pandemic epidemic recall recalls recalled recalling lawsuit* sued suing indicted "
    "fraud scandal* bankrupt* layoff layoffs boycott* racism racist abuse assault* rape* refugee* "
    "funeral* mourn* condolence* tragedy tragic data-breach hacked missing-person",
    "de": "tot tote toten toter tod todes tödlich* todesfall todesfälle gestorben stirbt starb "
    "verstorben* getötet mord morde ermordet selbstmord* suizid* katastrophe* erdbeben hochwasser "
    "überschwemmung* flutkatastrophe tsunami* waldbrand waldbrände terror* anschlag anschläge "
    "angriff angriffe attentat* bombe bomben explosion* amok* geisel* massaker* völkermord krieg "
    "krieges kriege kriegs* invasion opfer unfall unfälle verunglückt verletzte verletzten "
    "verletzter vergiftung* pandemie* epidemie* rückruf rückrufe zurückgerufen rückrufaktion* "
    "klage klagen verklagt strafanzeige betrug skandal* insolvenz* pleite entlassungen boykott* "
    "rassismus rassistisch* missbrauch vergewaltig* flüchtling* trauer* beileid tragödie* "
    "tragisch*",
    "fr": "mort morts morte mortes mortel* décès décédé* tué tués tuée meurtre* assassin* suicide* "
    "catastrophe* séisme* tremblement-de-terre inondation* ouragan* tsunami* incendie* terror* "
    "attentat* attaque attaques attaqué* bombe bombes explosion* fusillade* otage* massacre* "
    "génocide* guerre guerres invasion victime victimes accident accidents blessé blessés "
    "intoxication* pandémie* épidémie* rappel-de-produit rappel-produit rappelons procès "
    "poursuites plainte plaintes fraude scandale* faillite* licenciement* boycott* racisme "
    "raciste* "
    "viol viols réfugié* deuil obsèques condoléances tragédie* tragique*",
    "es": "muerte muertes muerto muertos muerta muertas mortal* falleci* asesinat* asesino* "
    "suicidio* desastre* catástrofe* terremoto* inundaci* huracán* tsunami* incendio* terror* "
    "ataque ataques atacado* atentado* bomba bombas explosión explosiones tiroteo* rehén rehenes "
    "masacre* genocidio* guerra guerras invasión víctima* accidente accidentes herido heridos "
    "intoxicaci* pandemia* epidemia* retirada-de-producto retiramos demanda-judicial demandado* "
    "juicio fraude escándalo* quiebra* despidos boicot* racismo racista* violación refugiad* luto "
    "funeral* condolencias tragedia* trágic*",
}

_AMBIGUOUS = frozenset({"war", "tot", "viol", "sued"})  # "war" is "was" in German
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*+")
_STEM_LENGTHS = sorted(
    {len(word) - 1 for words in _WORDS.values() for word in words.split() if word.endswith("*")}
)


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Ask a person whenever a crisis word, or one of the brand's, stands in text or hashtags.

    Of the text's language where it can be told, else of every language that has a list. No fix and
    no second attempt: the matter itself is grave. Source: issue 5, guards.
    """
    spans = sorted({*_built_in(candidate.text, brief), *_of_the_brand(candidate.text, brief)})
    tags = [tag for tag in candidate.hashtags if _is_grave(tag, brief)]
    if not spans and not tags:
        return PASSED
    named = [candidate.text[slice(*span)] for span in spans] + [f"#{tag}" for tag in tags]
    return Verdict(
        ok=False,
        severity=Severity.REVIEW,
        spans=tuple(spans),
        reason=f"The text speaks of a grave matter: {quoted(list(dict.fromkeys(named)))}. A person "
        "decides whether and when it goes out.",
        is_mendable=False,
    )


def _built_in(text: str, brief: GuardBrief) -> list[Span]:
    words, stems, phrases = _listed(_codes(text, brief))
    spans = [
        match.span()
        for match in _WORD.finditer(text)
        if (word := match.group(0).casefold()) in words
        or any(word[:length] in stems for length in _STEM_LENGTHS)
    ]
    return spans + [span for phrase in phrases for span in find_words(text, phrase)]


def _of_the_brand(text: str, brief: GuardBrief) -> list[Span]:
    return [span for word in brief.crisis_words for span in find_words(text, word)]


def _is_grave(tag: str, brief: GuardBrief) -> bool:
    reading = f"{spoken(tag)} {tag}"
    return bool(_built_in(reading, brief)) or any(
        has_words(reading, word) for word in brief.crisis_words
    )


def _codes(text: str, brief: GuardBrief) -> frozenset[str]:
    told = languages_of(text) or {code[:2].casefold() for code in brief.languages if code}
    return frozenset(told) & frozenset(_WORDS) or frozenset(_WORDS)


@lru_cache(maxsize=16)
def _listed(codes: frozenset[str]) -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    """Whole words, stems, and phrases of several words."""
    listed = {word for code in codes for word in _WORDS[code].split()}
    if codes == frozenset(_WORDS):
        listed -= _AMBIGUOUS
    phrases = tuple(sorted(word.replace("-", " ") for word in listed if "-" in word))
    stems = frozenset(word.rstrip("*") for word in listed if word.endswith("*"))
    return frozenset(listed), stems, phrases


GUARD = Guard("crisis", "Grave matters", "1", check)
