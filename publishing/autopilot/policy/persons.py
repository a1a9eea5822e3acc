"""Whether a text names a person. In doubt it does: then somebody looks at it.

By titles ("Dr. Ahrens"), by given names, and in languages that write common nouns small also by two
capitalised words in the middle of a sentence that are no place, day or firm.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.detection import languages_of
from config.kernel.language.spans import sentence_spans

_WORD = r"\p{Lu}[\p{L}\p{M}'’-]{1,30}"
_TITLED = regex.compile(
    r"(?<![\p{L}\p{N}])(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Lady|Lord|President|Minister|Herrn?|Frau"
    r"|Mme|Madame|Monsieur|Mlle|Sr|Sra|Srta|Señora?|Don|Doña)\.? "
    rf"(?:(?:Dr|Prof)\.? )?{_WORD}(?: {_WORD})?"
)
_CAPITALISED = regex.compile(rf"(?<![\p{{L}}\p{{N}}@#/.]){_WORD}")
_PAIR = regex.compile(rf"(?<![\p{{L}}\p{{N}}@#/.])({_WORD}) ({_WORD})(?!\p{{L}})")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Given names that are no everyday word of en, de, fr or es.
_GIVEN = _words(
    "aaron abigail adam adrian agnes ahmed aisha alan albert alejandra alejandro alex alexander "
    "alexandra alfred ali alice alicia alison amanda amelia amy ana andrea andreas andrew andré "
    "angela angelika anita anja anna anne annette anthony antoine antonia antonio arthur astrid "
    "barbara beatrice beatriz ben benedikt benjamin bernadette bernard bernd bettina birgit björn "
    "boris brenda brian bruno camille carla carlos carmen carolina caroline catherine cecilia "
    "charles charlotte chloé chris christa christian christina christine christoph christopher "
    "claire clara claude claudia claus colin cornelia craig cristina daniel daniela danielle "
    "david deborah denise dennis diana dieter dimitri dominik dominique donald dora doris "
    "dorothea edgar eduardo edward elena eleanor elisa elisabeth elizabeth ellen emil emily emma "
    "enrique eric erik erika ernst estelle esther eugene eva fabian fatima felix fernando "
    "florence florian francesca francesco francis francisco franz françois françoise frederick "
    "friedrich fritz gabriel gabriela gareth gary georg george gerald gerhard gilbert giovanni "
    "gisela giulia gordon graham greta guido guillermo gustav hanna hannah hans harald harold "
    "harry heather heidi heike heinrich heinz helen helena helene helga helmut henri henry "
    "herbert hermann hilda holger horst howard hugo ian ibrahim ignacio ines inge ingrid irene "
    "irina isaac isabel isabella isabelle ivan jacqueline jacques jakob james jan jane janet "
    "janine jason javier jean jeffrey jennifer jens jeremy jessica joan joanna joachim jochen "
    "joel johann johanna johannes john jonas jonathan jordan jorge josef joseph josé joshua joy "
    "juan juliane julia julian julie jürgen kai karen karin karl karsten katharina katherine "
    "kathrin katja kenneth kerstin kevin khalid klaus konrad kristina kurt lars laura laurent lea "
    "lena leon leonard leonie lewis liam linda lisa lothar louis louise luca lucas lucia lucy "
    "ludwig luis lukas lydia lynn magdalena maike manfred manuel manuela marc marcel marco marcus "
    "margaret margarita maria marianne marie marina mario marion markus marlene marta martha "
    "martin martina mary mateo matthew matthias maurice max maximilian maya megan melanie "
    "mercedes michael michel michelle miguel mohamed monica monika moritz muhammad nadine nancy "
    "natalia natalie nathan nicholas nicola nicolas nicole nils nina noah nora norbert olaf olga "
    "oliver olivia omar oscar oskar otto owen pablo pamela pascal patricia patrick paul paula "
    "pauline pedro peter petra philip philipp philippe pierre rachel rafael rainer ralf ramón "
    "raquel rebecca reinhard renate renée ricardo richard rita robert roberto rodrigo roger "
    "roland rolf roman ronald rosa rosemary rudolf rupert ruth sabine sabrina samantha samuel "
    "sandra sara sarah sebastian sergio sharon sigrid silke silvia simon simone sofia sonja "
    "sophia sophie stefan stefanie stephan stephanie stephen steven stewart stuart susan susana "
    "susanne sven svenja sylvia tanja tatjana teresa theodor theresa thierry thomas thorsten tim "
    "timothy tina tobias tom tomás torsten trevor udo ulrich ulrike ursula ute uwe valentina "
    "valeria vanessa vera verena veronica veronika victoria viktor vincent virginia volker walter "
    "wendy werner wilhelm william wolfgang xavier yasmin yves yvonne zoe álvaro"
)
# Given names that are words too: a person only with another capitalised word behind them.
_EVERYDAY = _words(
    "art bill chase dawn faith frank grace grant hope iris ivy jack lily mark max miles olive "
    "rich rose sue summer victor violet will wolf jill rob dan sam"
)
_NO_SURNAME = _words(
    "street road lane avenue square market farm park bridge beach bay harbour harbor river valley "
    "island islands hill hills house hall hotel school university college church station museum "
    "day days week month year festival fair award awards friday monday tuesday wednesday thursday "
    "saturday sunday january february march april may june july august september october november "
    "december spring summer autumn winter christmas easter kingdom states america europe african "
    "american british english german french spanish city town county country company group studio "
    "studios shop store club team centre center workshop bakery kitchen garden gardens north "
    "south east west coast sea ocean mountain mountains lake forest academy institute foundation "
    "association union council fir oak pine"
)
_NO_GIVEN = _NO_SURNAME | _words(
    "the a an our your new old big great saint san los las el la le les st mount lake port fort "
    "north south east west upper lower black white green blue red united royal happy merry good "
    "free best first last next every"
)


@lru_cache(maxsize=256)
def persons_in(text: str, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The persons whom a text seems to name, as written. `known` are the brand's own names and
    those of its products, casefolded, which are nobody's."""
    spoken = languages_of(text)
    found = [match.group(0) for match in _TITLED.finditer(text)]
    found += _given(text, known)
    if "de" not in spoken:
        found += _pairs(text, known)
    return tuple(dict.fromkeys(each for each in found if each.casefold() not in known))


def own_names(*texts: str) -> frozenset[str]:
    """What a brand is called, whole and word by word."""
    words = {text.casefold().strip() for text in texts if text}
    for text in texts:
        words |= {match.group(0).casefold() for match in _CAPITALISED.finditer(text)}
    return frozenset(words)


def _given(text: str, known: Collection[str]) -> list[str]:
    found = []
    for match in _CAPITALISED.finditer(text):
        name = match.group(0).removesuffix("’s").removesuffix("'s")
        if name.casefold() in known:
            continue
        if name.casefold() in _GIVEN:
            found.append(name)
        elif name.casefold() in _EVERYDAY:
            pair = _PAIR.match(text, match.start())
            if pair is not None and pair.group(2).casefold() not in _NO_SURNAME:
                found.append(pair.group(0))
    return found


def _pairs(text: str, known: Collection[str]) -> list[str]:
    starts = {start for start, _ in sentence_spans(text)}
    found = []
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        # A line in capitals, or in title case, names nobody by it.
        words = regex.findall(r"\p{L}[\p{L}\p{M}'’-]*+", sentence)
        if len(words) > 2 and sum(word[0].isupper() for word in words) > len(words) * 0.6:
            continue
        for match in _PAIR.finditer(sentence):
            first, second = match.group(1).casefold(), match.group(2).casefold()
            is_start = start + match.start() in starts or sentence[: match.start()].strip() == ""
            if is_start or first in _NO_GIVEN or second in _NO_SURNAME:
                continue
            if not ({first, second} & set(known)):
                found.append(match.group(0))
    return found
