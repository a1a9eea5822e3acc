"""Which words of a sentence speak for which angle.

A cue counts once a sentence; figures, quotations, questions and list items count by themselves.
"""

from __future__ import annotations

from functools import cache

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.sentences import Sentence
from content.agents.briefs import ANGLES

# Stems, matched at the beginning of a word; a final $ stands for the word's end.
_CUES: dict[str, dict[str, str]] = {
    "en": {
        "product_focus": (
            "new$ launch introduc releas feature includ add$ adds$ added$ comes$ made$ built$ "
            "design version update$ support model material fits$ weigh work|works with integrat "
            "available range collection handmade baked equipped option size colour color "
            "ingredient"
        ),
        "user_benefit": (
            "you$ your$ you're$ yours$ save easier faster quicker without$ less$ no|longer help "
            "so|you free$ benefit comfort simpl worry enjoy avoid$ instead|of saves$ cheaper "
            "safer fewer anywhere any|time at|home no|need means|you$ more|time"
        ),
        "storytelling": (
            "began$ started$ founded$ founder years|ago since$ when|we$ when|i$ grandfather "
            "grandmother family$ dream remember story once$ was$ were$ had$ used|to first|day "
            "one|day morning$ night$ learned grew$ decided$ opened$ moved$ turned$ still$ she$ "
            "he$ every|batch"
        ),
        "educational": (
            "how|to why$ because$ tip$ tips$ step should$ avoid$ means$ mistake if|you$ "
            "before|you when|you always$ never$ check$ reason learn$ remember$ make|sure guide "
            "example instead$ rule$ best|way in|order|to question depends$ requires$ must$ water$ "
            "keep$ use$"
        ),
        "social_proof": (
            "customer client people$ said$ says$ review rated$ rating award trust recommend "
            "member families users$ readers$ guests$ percent patients students winner chosen "
            "voted told|us team|at already$ surveyed study according|to thousands hundreds"
        ),
        "promotional": (
            "until$ offer discount sale$ off$ price cost$ costs$ book$ order$ orders$ register "
            "registration reserve deadline limited tickets$ free$ voucher save$ last|chance "
            "early-bird gift code$ opens$ join$ apply seats$ places closes$ ships$ "
            "available"
        ),
    },
    "de": {
        "product_focus": (
            "neu einführ version funktion enthält bietet$ gemacht$ gebaut$ design modell "
            "verfügbar kollektion sortiment handgemacht gebacken zutat"
        ),
        "user_benefit": (
            "sie$ ihr$ ihre$ ihnen$ du$ dein sparen spart$ einfacher schneller ohne$ weniger "
            "kostenlos hilft$ vorteil bequem leichter sicher nie|wieder"
        ),
        "storytelling": (
            "begann$ gegründet gründer jahren$ seit$ damals$ großvater großmutter familie traum "
            "erinner geschichte einst$ war$ hatte$ als|wir früher"
        ),
        "educational": (
            "wie$ warum$ weil$ tipp schritt sollte vermeid bedeutet$ fehler wenn$ bevor$ immer$ "
            "nie$ grund gründe regel achten beachten"
        ),
        "social_proof": (
            "kund sagt$ sagte$ bewertung auszeichnung empfehl prozent mitglied gäste nutzer "
            "zufrieden laut$ studie"
        ),
        "promotional": (
            "bis$ angebot rabatt preis kostet$ euro nur$ buchen bestell anmeld heute$ gratis "
            "aktion eröffn freitag samstag sonntag montag gutschein jetzt$"
        ),
    },
    "fr": {
        "product_focus": (
            "nouveau nouvelle lanc version fonction comprend modèle disponible collection "
            "fabriqué conçu fait|main"
        ),
        "user_benefit": (
            "vous$ votre vos$ tu$ ton$ économis facile rapide sans$ moins$ gratuit aide avantage "
            "simple"
        ),
        "storytelling": (
            "depuis$ fondé histoire famille rêve grand-père grand-mère était$ avait$ jour|où "
            "souvenir autrefois$"
        ),
        "educational": (
            "comment$ pourquoi$ parce|que conseil étape faut$ éviter signifie erreur si|vous "
            "toujours$ jamais$ raison règle"
        ),
        "social_proof": (
            "client avis$ dit$ note prix$ recommand membre pour|cent selon$ étude confiance"
        ),
        "promotional": (
            "jusqu offre remise prix$ euro réserv command inscri aujourd gratuit ouvre$ samedi "
            "dimanche vendredi lundi profitez"
        ),
    },
    "es": {
        "product_focus": (
            "nuevo nueva lanz versión función incluye modelo disponible colección hecho|a diseñ"
        ),
        "user_benefit": ("usted$ tu$ tus$ su$ ahorr fácil rápid sin$ menos$ gratis ayuda ventaja"),
        "storytelling": (
            "desde$ fund historia familia sueño abuelo abuela era$ había$ recuerd cuando$"
        ),
        "educational": (
            "cómo$ por|qué porque$ consejo paso debe$ evit significa error si$ siempre$ nunca$ "
            "razón regla"
        ),
        "social_proof": (
            "client opinión opiniones dice$ premio recomiend miembro por|ciento según$ estudio "
            "confían"
        ),
        "promotional": (
            "hasta$ oferta descuento precio euro reserv pide$ inscríb hoy$ gratis abre$ sábado "
            "domingo viernes lunes"
        ),
    },
}

_PRICE = regex.compile(r"[$€£¥]\s?\d|\d\s?(?:[$€£¥]|euros?\b|dollars?\b|pounds?\b|USD|EUR|GBP)")
_PERCENT = regex.compile(r"\d\s?(?:%|per ?cent|Prozent|pour cent|por ciento)")
# What a reader is asked to do for the brand; advice for the reader's own good is no such call.
_COMMAND = regex.compile(
    r"^(?:Please )?(?:Order|Book|Register|Visit|Call|Join|Come|Download|Sign up|Apply|Stop by|"
    r"Drop in|Reserve|Shop|Contact|Pre-order|Claim|Find us|Buy|Meet us|Write to|Try it|RSVP|"
    r"Get (?:in touch|your|yours|tickets)|Bestellen|Buchen|Melden|Besuchen|Kommen|Sichern|"
    r"\p{Lu}\p{Ll}+en Sie|Réservez|Commandez|Venez|Inscrivez|Profitez|Appelez|Découvrez|"
    r"Reserva|Reserve|Pide|Visita|Visite|Ven|Inscríbete|Llama)\b"
)
# What opens a piece of advice.
_ADVICE = regex.compile(
    r"^(?:Use|Keep|Avoid|Check|Make|Start|Never|Always|Do not|Don't|Let|Put|Add|Water|Read|Write|"
    r"Remember|Choose|Give|Leave|Place|Take|Set|Wait|Turn|Cut|Mix|Store|Ask|Measure|First|Before|"
    r"If|When|Once|Begin|Plan|Test|Clean|Move|Fill|Cover|Remove|Bring|Heat|Note|Try|Brush|Replace|"
    r"Pour|Push|Press|Rinse|Drink|Eat|Sleep|Walk|Stop|Look|Think|Talk|Tell|Agree|Compare|Save|"
    r"Print|Open|Close|Switch|Stay|Buy|Pack|Wash|Dry|Follow|Prepare|Consider|Review|Limit|Focus|"
    r"Do|Please|Send|Call|Order|Book|Get)\b"
)


def cue_score(sentence: Sentence, angle: str) -> float:
    """How much a sentence speaks for an angle: 0 for nothing, about 1 a cue."""
    patterns = _patterns(sentence.language)
    score = min(3.0, float(len({m[0].casefold() for m in patterns[angle].finditer(sentence.text)})))
    return score + _FORMS[angle](sentence)


def is_command(sentence: Sentence) -> bool:
    """It asks the reader to do something: a call to action of the material's own."""
    return bool(_COMMAND.match(sentence.text)) and len(sentence.words) <= 22


def is_advice(sentence: Sentence) -> bool:
    return bool(_ADVICE.match(sentence.text))


def has_price(sentence: Sentence) -> bool:
    return bool(_PRICE.search(sentence.text))


def _promotional(sentence: Sentence) -> float:
    return 1.5 * has_price(sentence) + 1.0 * is_command(sentence)


def _social(sentence: Sentence) -> float:
    return 2.0 * sentence.is_quote + 1.0 * bool(_PERCENT.search(sentence.text))


def _educational(sentence: Sentence) -> float:
    return 1.2 * is_advice(sentence) + 0.5 * sentence.is_question


def _product(sentence: Sentence) -> float:
    return 0.4 * sentence.is_item + 0.3 * (sentence.place == 0)


_FORMS = {
    "product_focus": _product,
    "user_benefit": lambda sentence: 0.0,
    "storytelling": lambda sentence: 0.0,
    "educational": _educational,
    "social_proof": _social,
    "promotional": _promotional,
}


@cache
def _patterns(language: str) -> dict[str, regex.Pattern[str]]:
    cues = _CUES.get(language)
    if cues is None:
        return {angle: regex.compile(r"(?!)") for angle in ANGLES}
    return {angle: _pattern(cues[angle]) for angle in ANGLES}


def _pattern(stems: str) -> regex.Pattern[str]:
    parts = []
    for item in stems.split():
        body = (
            regex.escape(item.rstrip("$").rstrip("|")).replace(r"\|", r"\s+").replace("|", r"\s+")
        )
        parts.append(body + (r"(?![\p{L}\p{N}])" if item.endswith("$") else r"\p{L}*"))
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?:{'|'.join(parts)})", regex.IGNORECASE)
