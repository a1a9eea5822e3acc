"""What no brand is made to speak about: politics, conflict, harm, faith, intimacy, sickness, crime.

Words of English, German, French and Spanish; all four lists are held against every text. They are
wide on purpose: a harmless topic that is left out costs nothing, the other way round costs a brand
its name. What cannot be judged is left out too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from config.kernel.language.detection import languages_of
from config.kernel.language.sentences import words_of

KNOWN: Final = frozenset({"en", "de", "fr", "es"})
FEWEST_WORDS: Final = 3

# A word that ends in * stands for every word that begins so; two words stand side by side.
_SUBJECTS: Final[dict[str, str]] = {
    "politics": (
        "politic* election* elector* ballot* referendum* parliament* senat* congress "
        "president* minister* government* republican* democrat* conservatives labour-party "
        "campaign-trail coalition* sanction* immigra* migrant* asylum refugee* brexit "
        "populis* lobbyis* impeach* protest* activis* nato politik* wahlen wahlkampf* "
        "bundestagswahl* landtagswahl* bundestag* landtag* regierung* kanzler* "
        "bundespräsident* partei parteien afd migranten* migrationspolitik* flüchtling* "
        "demonstranten* koalition* abgeordnet* parlament* sanktion* populist* politique* "
        "élection* gouvernement* ministre* président* député* sénat* parlement* "
        "manifestation* réfugié* parti-socialiste política* político* elecciones elección "
        "electoral* gobierno* ministro* ministra* presidente* diputad* senad* manifestación "
        "manifestaciones refugiad* inmigra*"
    ),
    "war and terror": (
        "war wars warfare wartime military army troops soldier* missile* bomb* invasion* "
        "ceasefire genocide* terror* hostage* airstrike* drone-strike weapon* gun guns gunman "
        "shooting* nuclear-weapon* militia* krieg* militär* armee* bundeswehr soldat* rakete* "
        "bombe* invasion waffe waffen waffengewalt* geisel* anschlag* anschläge völkermord* "
        "waffenruhe guerre* militaire* armée* attentat* otage* arme armes cessez-le-feu "
        "génocide* guerra* militar* ejército* soldad* misil* bomba* atentado* rehén rehenes "
        "arma armas genocidio* tregua"
    ),
    "death and disaster": (
        "death* dead die died dies dying deadly fatal* kill* murder* manslaughter suicid* "
        "funeral* obituar* earthquake* tsunami* hurricane* wildfire* tornado* flood floods "
        "flooding disaster* catastroph* tragedy tragic victim* crash crashed crashes casualt* "
        "mourn* drown* tod tode todes* tot toten tödlich* gestorben stirbt starb mord morde "
        "ermordet* selbstmord* suizid* erdbeben* hochwasser* waldbrand* unglück* katastrophe* "
        "opfer trauer* absturz* ertrunken verunglückt* mort morts morte mortes mortel* décès "
        "décédé* tué tués tuée* meurtre* suicide* séisme* inondation* incendie* catastrophe* "
        "victime* deuil noyade* muerte* muert* murió muere fallec* asesin* terremoto* "
        "inundac* incendio* desastre* catástrof* víctima* luto ahogad*"
    ),
    "crime and courts": (
        "crime* criminal* arrest* police prison* jail* jailed rape* rapist* assault* abuse* "
        "abused abuser* fraud* corrupt* scandal* lawsuit* indict* convict* traffick* kidnap* "
        "robber* burglar* stabb* molest* harass* verdict* verbrechen* verbrecher* polizei* "
        "gefängnis* vergewalt* missbrauch* betrug* betrüger* korrupt* skandal* anklage* "
        "verurteilt* entführ* überfall* razzia* mörder* belästig* criminel* policier* viol "
        "viols violeur* agression* fraude* scandale* procès inculp* enlèvement* cambriol* "
        "harcèl* crimen crímenes policía* cárcel* prisión violación violaciones violador* "
        "abuso* corrup* escándalo* juicio* secuestr* robo robos acoso*"
    ),
    "religion": (
        "religio* church churches mosque* synagogue* bible quran koran islam* muslim* "
        "christian* jewish jew jews antisemit* hindu* catholic* pope blasphem* jihad* sect "
        "cult kirche* moschee* synagoge* bibel christlich* jüdisch* juden katholisch* papst "
        "sekte* église* mosquée* musulman* chrétien* juif juifs juive* antisémit* catholique* "
        "pape secte* iglesia* mezquita* musulm* cristian* judío* judía* católic* papa secta*"
    ),
    "sex and intimacy": (
        "sex sexual* sexuell* porn* nude* naked erotic* abortion* contracept* prostitut* "
        "escort* onlyfans fetish* incest* transgender* lgbt* abtreibung* nackt* erotik* "
        "porno* avortement* sexe sexuel* nudité prostitu* érotique* aborto* sexo desnud* "
        "prostit* erótic*"
    ),
    "health and addiction": (
        "cancer* pandemic* epidemic* covid* virus* vaccin* disease* outbreak* overdos* drug "
        "drugs cocaine heroin fentanyl opioid* cannabis addict* gambl* casino* betting "
        "depression anorex* self-harm krebs krebs* pandemie* epidemie* corona* impf* "
        "krankheit* seuche* drogen* kokain süchtig* glücksspiel* depression* pandémie* "
        "épidémie* maladie* drogue* cocaïne héroïne addiction* dépression* cáncer* pandemia* "
        "epidemia* vacuna* enfermedad* droga* cocaína heroína adicci* depresión apuesta*"
    ),
    "discrimination": (
        "racis* racial* sexis* misogyn* homophob* transphob* xenophob* bigot* hate-speech "
        "slavery nazi* fascis* supremacis* discriminat* rassis* rassismus frauenfeind* "
        "fremdenfeind* faschis* diskriminier* hetze sklaverei racisme raciste* sexisme "
        "sexiste* xénophob* esclavage racismo racista* sexismo machis* homofob* homófob* "
        "xenofob* discrimina* esclavitud"
    ),
}


def _lists() -> tuple[dict[str, str], dict[str, list[tuple[str, str]]], list[tuple[str, str]]]:
    """Whole words, beginnings by their first three letters, and pairs; each with its subject."""
    words: dict[str, str] = {}
    stems: dict[str, list[tuple[str, str]]] = {}
    pairs: list[tuple[str, str]] = []
    for subject, listed in _SUBJECTS.items():
        for entry in listed.split():
            if entry.endswith("*"):
                stems.setdefault(entry[:3], []).append((entry[:-1], subject))
            else:
                words[entry] = subject
            if "-" in entry:
                pairs.append((entry.rstrip("*").replace("-", " "), subject))
    return words, stems, pairs


_WORDS, _STEMS, _PAIRS = _lists()
# What means harm in one language and is an article or a verb in another.
_HARMLESS: Final = {"de": {"war", "die", "dies"}}


def why_sensitive(text: str, *, languages: Iterable[str] = ()) -> str:
    """Why a text is left alone, in a sentence for people; empty when it may be offered.

    `languages` are those that its source says it is in, asked where the text is too short to tell
    by itself. Pure, and as long as the text.
    """
    words = words_of(text)
    told = languages_of(text) or frozenset(code for code in languages if code)
    harmless = set().union(*(_HARMLESS.get(code, set()) for code in told)) if told else set()
    for word in words:
        if word not in harmless and (subject := _subject_of(word)):
            return f"It touches {subject} (“{word}”), and such topics are never offered."
    beside = f" {' '.join(words)}"
    for pair, subject in _PAIRS:
        if f" {pair}" in beside:
            return f"It touches {subject} (“{pair}”), and such topics are never offered."
    return _why_unsure(words, told)


def _subject_of(word: str) -> str:
    if subject := _WORDS.get(word):
        return subject
    for stem, subject in _STEMS.get(word[:3], ()):
        if word.startswith(stem):
            return subject
    # "war-torn", "l'élection": the parts of a word are words.
    if "-" in word or "'" in word:
        return next(
            (found for part in word.replace("'", "-").split("-") if (found := _subject_of(part))),
            "",
        )
    return ""


def _why_unsure(words: list[str], told: frozenset[str]) -> str:
    if len(words) < FEWEST_WORDS:
        return "It says too little to be judged, so it is left out."
    if not told:
        return "Its language cannot be told, so it cannot be judged and is left out."
    if not told & KNOWN:
        return (
            f"It is in a language that cannot be judged yet ({', '.join(sorted(told))}), so it is "
            "left out."
        )
    return ""
