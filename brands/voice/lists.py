"""Words that give a register away, for en, de, fr and es. Other languages go without.

A word ending in * stands for all that begin so. None of them is wrong: what counts is whether a
text has more of them, or fewer, than the brand's own texts.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Said among friends.
CASUAL = {
    "en": _words(
        "yo yay nah nope yep yeah yup gonna wanna gotta kinda sorta dunno lemme ain't y'all folks "
        "guys dude dudes bro bros fam vibe vibes vibin* dope lowkey highkey legit "
        "cuz coz lol lmao omg tbh ngl fr af bruh sus slay slaps deadass "
        "chill cool awesome oops whoa wow hey hi heya yum yummy buddy mate mates crazy "
        "insane epic psyched stoked pumped obsessed besties bestie squad tho bc rn u ur pls plz "
        "thx cheers haha hehe boo woo woohoo"
    ),
    "de": _words(
        "hey hi moin servus krass geil cool mega hammer nice digga alter voll echt halt eben mal "
        "ne nix nö jo jep yeah lol omg leute mädels jungs klar easy chillig chill "
        "abfeiern bock bisschen irgendwie wow super tschüss lecker yummy hallöchen checkt"
    ),
    "fr": _words(
        "salut coucou ouais nan grave trop kiffe kiffer* cool super génial ouf mec meuf truc trucs "
        "boulot bouffe sympa wesh lol mdr bref hyper méga dingue top waouh wow bisous youpi"
    ),
    "es": _words(
        "hola hey tío tía colega mola molan guay chulo chula flipar* flipa genial súper mogollón "
        "curro vale venga jaja lol peña rollo brutal top wow yuju crack chollo"
    ),
}

# Said in letters and offices.
FORMAL = {
    "en": _words(
        "pursuant hereby herein thereof whereas furthermore moreover therefore accordingly "
        "consequently nevertheless notwithstanding regarding concerning shall provide* ensure* "
        "require* advise* obtain* assist* commence* facilitate* demonstrate* sufficient "
        "appropriate respective applicable prior subsequent compliance obligation* provision* "
        "regulation* statutory fiduciary counsel client* clients' jurisdiction counterpart* "
        "litigation contractual liability dispute* tribunal judgment prudent matter* advisable "
        "undertake* upon sincerely respectfully delighted kindly esteemed distinguished"
    ),
    "de": _words(
        "gemäß hiermit diesbezüglich bezüglich hinsichtlich sowie ferner zudem daher folglich "
        "dementsprechend gegebenenfalls selbstverständlich gewährleist* erfolgt erforderlich* "
        "verpflichtung* regelung* mandant* mandat* rechtlich* gesetzlich* frist* maßnahme* "
        "beratung unverzüglich geehrte* herrn hochachtungsvoll entsprechend* sofern zwecks"
    ),
    "fr": _words(
        "conformément néanmoins toutefois ainsi afin concernant lequel laquelle lesquels "
        "notamment veuillez agréer distingué* obligation* dispositif* juridique* contractuel* "
        "réglementaire* désormais dès lors préalable* assurer convient cabinet clientèle"
    ),
    "es": _words(
        "asimismo mediante conforme respecto dicho dicha dichos dichas cual cuales obligación* "
        "obligaciones jurídic* normativa* disposición disposiciones estimado* atentamente "
        "cordialmente procedimiento* garantizar corresponde* pertinente* debidamente"
    ),
}

# Said to make people buy at once.
PRESSING = {
    "en": _words(
        "hurry buy grab rush deal deals sale discount* bargain* exclusive limited "
        "unbeatable unmissable incredible amazing ultimate guaranteed instant* "
        "revolutionary game-changing game-changer best-ever mind-blowing jaw-dropping must-have "
        "don't-miss act save biggest craziest hottest massive huge epic wow"
    ),
    "de": _words(
        "sofort gratis rabatt* schnäppchen* knaller* hammer* wahnsinn* sensationell* "
        "unglaublich* unschlagbar* exklusiv* zugreifen sichern sparen aktion* deal deals sale "
        "garantiert mega* riesen* kaufen"
    ),
    "fr": _words(
        "vite profitez promo* soldes gratuit* remise* incroyable* exceptionnel* imbattable* "
        "exclusif exclusive exclusivité foncez achetez commandez immanquable* garanti* énorme*"
    ),
    "es": _words(
        "corre aprovecha oferta* oferton* descuento* gratis increíble* inigualable* exclusiv* "
        "compra rebaja* chollo* garantizad* alucinante* últimas ahorra brutal*"
    ),
}

# Of software, measurement and procedure, in whatever language.
TECHNICAL = _words(
    "api apis sdk cli http https json sql ssl saas cloud server servers cluster* latency "
    "throughput deploy* deployment* pipeline* database* query queries index* cache* encrypt* "
    "encryption token* endpoint* webhook* schema* algorithm* parameter* configur* runtime compil* "
    "kernel bandwidth protocol* integration* workflow* dashboard* backend frontend regression* "
    "torque tolerance* calibrat* specification* spec specs voltage ampere* mhz ghz kwh nm rpm "
    "millisecond* ms uptime audit* migration* version* schnittstelle* datenbank* leistung* "
    "parametr* base données interfaz* servidor* rendimiento"
)

# (one who speaks, several who speak, the readers): words of each person.
SINGULAR = {
    "en": _words("i i'm i've i'll i'd me my mine myself"),
    "de": _words("ich mir mich mein meine meinen meinem meiner"),
    "fr": _words("je j'ai j'étais j'aime moi mon ma mes"),
    "es": _words("yo mi mis me conmigo"),
}
PLURAL = {
    "en": _words("we we're we've we'll we'd us our ours ourselves"),
    "de": _words("wir uns unser unsere unserem unseren unserer unseres"),
    "fr": _words("nous notre nos"),
    "es": _words("nosotros nosotras nos nuestro nuestra nuestros nuestras"),
}
READER = {
    "en": _words("you you're you've you'll you'd your yours yourself yourselves"),
    "de": _words("du dich dir dein deine deinen deinem deiner ihr euch euer eure euren eurem"),
    "fr": _words("tu te toi ton ta tes vous votre vos"),
    "es": _words("tú te ti tu tus contigo vosotros vosotras vuestro vuestra usted ustedes"),
}
FAMILIAR = {
    "de": _words("du dich dir dein deine deinen deinem deiner ihr euch euer eure euren eurem"),
    "fr": _words("tu toi ton ta tes"),
    "es": _words("tú ti tu tus te contigo vosotros vosotras vuestro vuestra os"),
}
# German's polite words are told from "they" by their capital, inside a sentence.
POLITE = {
    "de": _words("Sie Ihnen Ihr Ihre Ihrem Ihren Ihrer Ihres"),
    "fr": _words("vous votre vos"),
    "es": _words("usted ustedes"),
}

LONG_LETTERS = {"en": 9, "de": 12, "fr": 10, "es": 10}
