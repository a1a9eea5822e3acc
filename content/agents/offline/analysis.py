"""The analyst's offline path: an analysis made of the material's own sentences."""

from __future__ import annotations

from collections.abc import Sequence

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.keywords import keywords_of
from config.kernel.language.salience import overlap, salience
from config.kernel.language.sentences import Sentence, sentences_of, stem, words_of
from content.agents.briefs import (
    ANGLES,
    Analysis,
    AngleName,
    BrandBrief,
    ContentType,
    MaterialBrief,
    Sentiment,
)
from content.agents.offline.cues import cue_score, has_price, is_advice
from content.agents.offline.languages import language_of
from content.agents.offline.permitted import for_readers

SUMMARY_CHARACTERS = 400
MOST_POINTS, MOST_ANGLES = 7, 5
FEWEST_ANGLES = 3

_URGENT = (
    r"\b(?:"
    r"last chance|today only|deadline|until (tonight|midnight)|urgent|recall|immediately|"
    r"letzte chance|nur heute|dringend|sofort|dernière chance|urgent|última oportunidad|urgente"
    r")"
)
_INSPIRING = (
    r"\b(?:"
    r"dream|believe|courage|imagine|hope|proud|passion|journey|traum|mut|stolz|rêve|"
    r"fierté|passion|sueño|orgullo|pasión"
    r")"
)
_GLAD = (
    r"\b(?:"
    r"great|love|happy|win(ner|s)?\b|won\b|best|award|delight|celebrat|thank|excited|"
    r"welcome|favou?rite|freu|toll|beste|danke|auszeichnung|heureu|merci|meilleur|ravi|feliz|"
    r"gracias|mejor|encant"
    r")"
)
_OPINION = (
    r"\bI (think|believe|feel|am convinced)\b|\bwe (believe|think)\b|in (my|our) (view|opinion)|"
    r"\bich (glaube|finde|meine)\b|unserer meinung|à mon avis|je (pense|crois)|"
    r"creo que|en mi opinión"
)
_TUTORIAL = (
    r"\bhow to\b|\bstep (one|two|\d)|\btips?\b|\bguide\b|\bmistakes?\b|\banleitung\b|"
    r"\bso geht|\bschritt|\btipps?\b|\bcomment\b|\bétapes?\b|\bconseils?\b|\bcómo\b|\bpasos?\b"
)
_NEWS = (
    r"\baccording to\b|\breported\b|\bannounced\b|\bspokes|\bminist|\bstudy\b|\blaut\b|"
    r"\bberichtet|\bselon\b|\bsegún\b|\bcourt\b|\bparliament\b|\blaw\b|\bregulat"
)
_PRODUCT = (
    r"\b(costs?|price|ships|buy|in stock|bestell\w*|kostet|preis|kaufen|prix|acheter|precio|"
    r"comprar)\b"
)
_EVENT = (
    r"\b(takes? place|registration|tickets?|conference|concert|findet statt|a lieu|se celebra)\b"
)
_ANNOUNCEMENT = (
    r"\b(new|launch|introduc|open(s|ing)\b|releas|now available|join us|hiring|from "
    r"(monday|tuesday|wednesday|thursday|friday|saturday|sunday))|\bneu\b|eröffn|\bab sofort|"
    r"nouve|lance|nuevo|nueva|inaugur"
)


def analyse_offline(material: MaterialBrief, brand: BrandBrief) -> Analysis:
    """Everything in it is taken from the material or the brand's profile; nothing is guessed at.

    A short material gives short lists: a note of one sentence has one key point.
    """
    language = language_of(material, brand)
    found = sentences_of(material.text, language=language)
    sentences = for_readers(found, (material.source_url, brand.website))
    scores = salience(sentences, title=material.title)
    keywords = keywords_of(sentences, title=material.title)
    points = _key_points(sentences, scores)
    return Analysis(
        summary=_summary(sentences, scores, material),
        key_points=points,
        keywords=keywords,
        suggested_angles=_angles(sentences, scores),
        type=_type(material, sentences),
        sentiment=_sentiment(material.text),
        audience=brand.target_audience[:200],
        pillar=_pillar(material, keywords, brand.pillars),
        language=language,
    )


def _summary(
    sentences: Sequence[Sentence], scores: Sequence[float], material: MaterialBrief
) -> str:
    best = sorted(sentences, key=lambda sentence: -scores[sentence.place])
    chosen: list[Sentence] = []
    length = 0
    for sentence in best:
        is_new = all(overlap(sentence, other) < 0.6 for other in chosen)
        if sentence.leans or sentence.is_question or not is_new:
            continue
        if chosen and (len(chosen) == 3 or length + len(sentence.text) > SUMMARY_CHARACTERS):
            break
        chosen.append(sentence)
        length += len(sentence.text) + 1
    text = " ".join(s.text for s in sorted(chosen, key=lambda sentence: sentence.place))
    return text or material.title or " ".join(material.text.split())[:SUMMARY_CHARACTERS]


def _key_points(sentences: Sequence[Sentence], scores: Sequence[float]) -> list[str]:
    ranked = sorted(sentences, key=lambda s: -(scores[s.place] + 0.25 * s.has_number))
    chosen: list[Sentence] = []
    for sentence in ranked:
        if sentence.is_question or len(sentence.text) > 260:
            continue
        if all(overlap(sentence, other) < 0.7 for other in chosen):
            chosen.append(sentence)
        if len(chosen) == MOST_POINTS:
            break
    return [sentence.text for sentence in sorted(chosen, key=lambda sentence: sentence.place)]


def _angles(sentences: Sequence[Sentence], scores: Sequence[float]) -> list[AngleName]:
    """By the two sentences that speak most for each; the specification asks for 3 to 5."""

    def support(angle: str) -> float:
        fits = sorted(
            (cue_score(s, angle) * (0.5 + scores[s.place]) for s in sentences), reverse=True
        )
        return sum(fits[:2])

    supported = sorted(ANGLES, key=lambda angle: -support(angle))
    number = sum(support(angle) >= 1.0 for angle in supported)
    number = min(MOST_ANGLES, max(FEWEST_ANGLES, number))
    return supported[:number]  # type: ignore[return-value]


def _type(material: MaterialBrief, sentences: Sequence[Sentence]) -> ContentType:
    text = " ".join(material.text.split())
    head = f"{material.title}\n{text[:1500]}"
    advice = sum(map(is_advice, sentences))
    if _has(_TUTORIAL, material.title) or advice >= max(3, len(sentences) / 3):
        return "tutorial"
    if len(regex.findall(_OPINION, head, regex.IGNORECASE)) >= 2:
        return "opinion"
    if len(regex.findall(_NEWS, head, regex.IGNORECASE)) >= 2:
        return "news"
    if _has(_EVENT, text):
        return "announcement"
    if any(map(has_price, sentences)) and _has(_PRODUCT, text):
        return "product"
    return "announcement" if _has(_ANNOUNCEMENT, head[:400]) else "article"


def _sentiment(text: str) -> Sentiment:
    if _has(_URGENT, text):
        return "urgent"
    words = max(1, len(text.split()))
    inspiring = len(regex.findall(_INSPIRING, text, regex.IGNORECASE)) / words
    glad = len(regex.findall(_GLAD, text, regex.IGNORECASE)) / words
    if max(inspiring, glad) < 0.012:
        return "informative" if regex.search(r"\d", text) or words > 60 else "neutral"
    return "inspirational" if inspiring > glad else "positive"


def _pillar(material: MaterialBrief, keywords: Sequence[str], pillars: Sequence[str]) -> str:
    """The pillar whose words the material uses most, else the nearest in meaning."""
    if not pillars:
        return ""
    text = {stem(word) for word in words_of(f"{material.title} {material.text}")}
    shares = {pillar: _share(pillar, text) for pillar in pillars}
    best = max(pillars, key=lambda pillar: shares[pillar])
    if shares[best] >= 0.5:
        return best
    from config.kernel.embeddings import embed  # numpy and the weights, only when they are needed

    summary = f"{material.title}. {', '.join(keywords[:10])}. {material.text[:600]}"
    vectors = embed([summary, *pillars]).vectors
    return pillars[int((vectors[1:] @ vectors[0]).argmax())]


def _share(pillar: str, text: set[str]) -> float:
    words = {stem(word) for word in words_of(pillar) if len(word) > 2}
    return len(words & text) / len(words) if words else 0.0


def _has(pattern: str, text: str) -> bool:
    return bool(regex.search(pattern, text, regex.IGNORECASE))
