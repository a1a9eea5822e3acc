"""What a brand may be held to: superlatives, and promises about health, money and law."""

from __future__ import annotations

from collections.abc import Iterator

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.spans import Span, sentence_spans, without_sentences

from .base import PASSED, CandidateText, Guard, GuardBrief, Severity, Verdict, quoted
from .facts import traced

_KINDS = {
    "superlative": "a superlative or comparison",
    "health": "a claim about health",
    "finance": "a promise about money",
    "legal": "a legal claim",
}
# "-est" and "-iest" that compare nothing.
_NO_SUPERLATIVE = (
    r"latest|rest|west|east|guest|forest|test|request|harvest|interest|nearest|next|chest|nest|best"
    r"|vest|quest|contest|protest|conquest|invest|modest|honest|arrest|earliest|digest|midwest"
    r"|everest|crest|pest|zest|northwest|southwest|northeast|southeast|beast|feast|coast"
)
_PATTERNS = {
    "superlative": (
        # English
        rf"the (?!(?:{_NO_SUPERLATIVE})(?!\p{{L}}))\p{{L}}{{2,14}}est(?!\p{{L}})"
        r"|(?:the|our|your|world'?s|is|are|simply|of the) (?:very )?best(?!\p{L})(?! before)"
        r"|the (?:very )?(?:most|least) \p{L}+|the (?:one and )?only|number one|no\.? ?1(?!\d)|#1"
        r"|nr\.? ?1(?!\d)|n\.? ?º ?1(?!\d)|world[- ]?(?:class|leading|famous)"
        r"|(?:market|industry)[- ]lead\p{L}+|leading (?:brand|provider|supplier|company|experts?)"
        r"|unbeatable|unmatched|unrivalled|unparalleled|second to none|award[- ]winning"
        r"|one of a kind"
        r"|\p{L}+(?:er|re) than (?:any|all|every|the competition|others?|the rest|ever"
        r"|our comp\p{L}+)"
        r"|(?:more|less) \p{L}+ than (?:any|all|every|the competition|others?|ever)"
        r"|(?:like )?no other|like nothing else|the (?:ultimate|perfect|first and only)"
        # German
        r"|(?:der|die|das|den|dem|unsere?|ihre?|am) (?:aller)?(?:best|größt|schönst|schnellst"
        r"|günstigst|billigst|stärkst|höchst|leichtest|modernst|meist|beliebtest|sicherst|einfachst"
        r"|innovativst)\p{L}{0,3}|einzigartig\p{L}{0,2}|(?:der|die|das) einzig\p{L}{1,3}"
        r"|marktführ\p{L}+"
        r"|weltbest\p{L}+|weltweit führend\p{L}*|führende\p{L}? (?:anbieter|hersteller|marke"
        r"|experten?)"
        r"|unschlagbar\p{L}{0,2}|unübertroffen\p{L}{0,2}|preisgekrönt\p{L}{0,2}|testsieger"
        r"|nummer eins"
        r"|\p{L}+er als (?:jede|alle|die konkurrenz|andere)\p{L}{0,2}"
        # French
        r"|(?:le|la|les|nos|notre|vos|votre|du|des) (?:meilleure?s?|seule?s?|plus \p{L}+)(?= )"
        r"|(?:le|la) meilleure?(?!\p{L})|numéro un|imbattables?|inégalée?s?|leader (?:mondial"
        r"|du marché)"
        r"|incomparables?|unique au monde|plus \p{L}+ que (?:tou[ts]|n'importe|les autres)"
        # Spanish
        r"|(?:el|la|los|las|lo) (?:mejor(?:es)?|únic[oa]s?|más \p{L}+)(?!\p{L})|número uno"
        r"|(?:nuestro|nuestra|su|tu)s? mejor(?:es)?|inigualables?|insuperables?|inmejorables?"
        r"|líder(?:es)? (?:mundial|del mercado)|más \p{L}+ que (?:cualquier|nadie|los demás)"
    ),
    "health": (
        r"heal(?:s|ing)?|cur(?:e|es|ed|ing)|treat(?:s|ing)? (?:pain|disease|illness|cancer|anxiety"
        r"|depression|\p{L}+itis)|reliev\p{L}+|remed(?:y|ies)|therapeutic|detox\p{L}*|immun\p{L}+"
        r"|(?:lower|reduce|regulate)s? (?:your )?(?:cholesterol|blood pressure|blood sugar|stress"
        r"|inflammation|pain|anxiety)|anti-?inflammatory|anti-?ag(?:e?ing)|weight[- ]loss"
        r"|(?:lose|losing) weight|burns? fat|slimming|clinically|medically|doctor[- ]recommended"
        r"|dermatologist\p{L}*|no side effects|painless|pain[- ]free|prevents? (?:cancer"
        r"|disease|\p{L}+"
        r"itis|illness|cavities|ag(?:e?ing))|boosts? (?:your )?(?:energy|metabolism|health|brain)"
        r"|good for (?:your|the) (?:heart|health|gut|skin|liver|brain)|healthy|healthier|healthiest"
        r"|toxin\p{L}*|miracle|non-?toxic"
        r"|heil(?:t|en|end\p{L}*|kraft|mittel)|gesund\p{L}{0,4}|gesünder\p{L}{0,3}|lindert|lindern"
        r"|schmerzfrei\p{L}*|entgift\p{L}+|immunsystem|stärkt (?:die|das|den) (?:abwehr\p{L}*"
        r"|immun\p{L}*|herz\p{L}*)|cholesterin\p{L}*|blutdruck|abnehmen|fettverbrenn\p{L}+|klinisch"
        r"|ärztlich|hautärzt\p{L}+|nebenwirkung\p{L}*|entzündungshemmend\p{L}*|wirkt gegen"
        r"|guéri\p{L}*|soigne(?:nt|r)?|soulage\p{L}*|détox\p{L}*|immunitaire|cholestérol"
        r"|tension artérielle|perd(?:re|ez) du poids|mincir|amincissant\p{L}*|cliniquement"
        r"|dermatologique\p{L}*|effets? secondaires?|anti-?âge|bon(?:ne)? pour la santé"
        r"|sain(?:e?s?)"
        r"|cura(?:n|r)?|sana(?:r|n)?|alivia\p{L}*|desintoxica\p{L}*|inmun\p{L}+|colesterol"
        r"|presión arterial|adelgaza\p{L}*|perder peso|quema grasa|clínicamente|dermatológic\p{L}+"
        r"|efectos secundarios|saludables?|bueno para la salud|previene"
    ),
    "finance": (
        r"guarant(?:ee|ees|eed)|risk[- ]free|no risk|(?:earn|make) (?:easy |real |fast )?money"
        r"|passive income|(?:safe|high|guaranteed|steady) (?:returns?|yields?|profits?|interest)"
        r"|returns? of \d|\d\s?% (?:returns?|yield|interest|profit|p\.a\.)|double your (?:money"
        r"|income"
        r"|savings|investment)|get rich|financial freedom|tax[- ]free|debt[- ]free|pays? for itself"
        r"|invest(?:ing|ment)s? (?:in|with)|save (?:thousands|hundreds|a fortune)|best rates?"
        r"|garantiert\p{L}{0,2}|garantie\p{L}{0,2}|risikofrei\p{L}*|ohne risiko|renditen?"
        r"|verzinsung"
        r"|geld verdienen|passives einkommen|gewinne? (?:von|bis)|steuerfrei\p{L}*"
        r"|vermögen aufbauen"
        r"|zinsen (?:von|ab|bis)"
        r"|garanti(?:e|es|s)?|sans risque|rendements?|gagne(?:r|z) de l'argent|revenus? passifs?"
        r"|doublez votre|exonér\p{L}+|défiscalis\p{L}+"
        r"|garantiz\p{L}+|garantías?|sin riesgos?|rentabilidad|ganar? dinero|ingresos pasivos"
        r"|duplica tu|libre de impuestos"
    ),
    "legal": (
        r"certifi(?:ed|cate|cates|cation)|(?:fda|ce|tüv|gmp|usda)[- ](?:approved|certified|marked|"
        r"registered|geprüft|zertifiziert)|approved by|(?:gdpr|hipaa|dsgvo|rgpd|pci|ada)[- ](?:"
        r"complian\p{L}+|konform\p{L}*|ready)|compliant with|fully compliant|iso[ -]?\d{4,5}"
        r"|patent(?:ed|s|iert\p{L}{0,2})|patent[- ]pending|lawful|legally|licen[cs]ed|accredited"
        r"|official(?:ly)? (?:partner|supplier|recognised|recognized|approved)|warrant(?:y|ies)"
        r"|(?:you are|you're) entitled|your (?:legal )?rights?|court[- ]proof|no liability"
        r"|zertifi\p{L}+|staatlich anerkannt\p{L}*|rechtssicher\p{L}*|gesetzlich\p{L}{0,2}"
        r"|zugelassen"
        r"|amtlich\p{L}{0,2}|behördlich\p{L}{0,2}|gewährleistung|anspruch auf|haftung|dsgvo"
        r"|certifié\p{L}{0,2}|agréé\p{L}{0,2}|homologué\p{L}{0,2}|breveté\p{L}{0,2}|conforme aux?"
        r"|légal(?:e|es|ement)?|vos droits|officiellement"
        r"|certificad[oa]s?|homologad[oa]s?|patentad[oa]s?|conforme a|legalmente|tus derechos"
        r"|sus derechos|oficialmente|aprobad[oa]s? por"
    ),
}
_COMPILED = {
    kind: regex.compile(
        rf"(?<![\p{{L}}\p{{N}}])(?:{body})(?!\p{{L}})".replace(" ", r"\s"), regex.IGNORECASE
    )
    for kind, body in _PATTERNS.items()
}


def check(candidate: CandidateText, brief: GuardBrief) -> Verdict:
    """Pass when the text makes no risky claim, or one that is traced and of a kind in
    `allowed_claims`.

    Every other one asks a person, whatever the source says. The fix leaves out those that no source
    has; a traced one stays for the person to decide. Source: issue 5, guards.
    """
    found = list(_found(candidate.text))
    if not found:
        return PASSED
    lost = traced(candidate.text, brief).untraced
    risky = [
        (kind, span)
        for kind, span in found
        if kind not in brief.allowed_claims or _touches(span, lost)
    ]
    if not risky:
        return PASSED
    spans = tuple(sorted({span for _, span in risky}))
    kinds = list(dict.fromkeys(_KINDS[kind] for kind, _ in risky))
    words = quoted(list(dict.fromkeys(candidate.text[slice(*span)] for span in spans)))
    return Verdict(
        ok=False,
        severity=Severity.REVIEW,
        spans=spans,
        reason=f"The text makes {' and '.join(kinds)}: {words}. Say it without, or let a person "
        "decide; the brand's guards say which kinds may go out by themselves.",
        fix=_without(candidate, [span for span in spans if _touches(span, lost)], brief),
    )


def kinds_in(text: str) -> frozenset[str]:
    """The kinds of risky claims in a text, whoever may make them: superlative, health, finance and
    legal."""
    return frozenset(kind for kind, _ in _found(text))


def _found(text: str) -> Iterator[tuple[str, Span]]:
    for kind, pattern in _COMPILED.items():
        for match in pattern.finditer(text):
            yield kind, match.span()


def _touches(span: Span, others: tuple[Span, ...]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _without(candidate: CandidateText, lost: list[Span], brief: GuardBrief) -> CandidateText | None:
    """Only where that leaves no risky claim: half a fix would hide what a person must see."""
    if not lost or len(sentence_spans(candidate.text)) < 2:
        return None
    text = without_sentences(candidate.text, lost)
    if text is None:
        return None
    left = [kind for kind, _ in _found(text) if kind not in brief.allowed_claims]
    return None if left else candidate.with_text(text)


GUARD = Guard("claims", "Risky claims", "1", check)
