"""Word lists of the languages that are known well: en, de, fr, es.

Every other language is handled by the parts that need no list.
"""

from __future__ import annotations

KNOWN = ("en", "de", "fr", "es")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Too common to say what a text is about.
STOP_WORDS = {
    "en": _words(
        "opens closes believe believes matters stays stay holds hold reaches reach paid pay "
        "eleven twelve fifteen twenty thirty fifty metre metres meter meters kilometre kilometres "
        "kilometer kilometers gram grams litre litres liter liters mile miles percent cent "
        "saturdays sundays weekday weekdays weekend earlier changing finish waste write wrote "
        "published national spent rest a about above across after again against all almost along "
        "already also although always am among an and another any anyone anything are around as "
        "ask at away back be became because become been before began behind being below best "
        "better between big both bring but by call came can cannot clear come comes could day "
        "days did different do does doing done don't down during each early easier easy either "
        "else end enough even ever every everyone everything far few find first follow for found "
        "four from full get gets getting give given gives go goes going good great had half "
        "happen happy has have having he help her here hers high him his hour hours how however i "
        "if important in including inside instead into is isn't it it's its itself just keep kept "
        "kind know known large last late later least left less let like little long look lot made "
        "main make makes making many may me mean means might minute minutes month months more "
        "most much must my near need needs never new next nice no nobody none nor not nothing now "
        "of off often old on once one only onto open or order other others our ours out over own "
        "part people perhaps place please put quick quite rather read ready really right said "
        "same saw say says see seem seen set several she should show side simple simply since "
        "single small so some someone something soon start started still stop such sure take "
        "taken takes tell ten than that that's the their them themselves then there these they "
        "thing things think this those though three through thus time times to today together "
        "told too took top toward try turn two under until up upon us use used using usual very "
        "via want wants was way ways we week weeks well went were what whatever when where "
        "whether which while who whole whom whose why will with within without won't word words "
        "work working works would year years yes yet you your yours again am pm per re ve ll "
        "monday tuesday wednesday thursday friday saturday sunday january february march april "
        "june july august september october november december tomorrow tonight morning evening "
        "offer offers available visit welcome free fully hand five six seven eight nine hundred "
        "thousand million everybody recently currently however therefore please thanks thank "
        "added adds add longer short shorter faster slower higher lower larger smaller bigger "
        "named name names called number numbers second third point points case cases check choose "
        "leave save change changed changes run runs running wait once twice aware sign signed "
        "ends ended begins grow grew grown feel feels felt love loved moment nearly else's ago "
        "page article post click link"
    ),
    "de": _words(
        "ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch "
        "auf aus außerdem bei beim bereits besonders besser bin bis bist da dabei dadurch dafür "
        "dagegen daher damit danach dann daran darauf daraus darf darüber das dass davon davor "
        "dazu dein deine dem den denn der deren des deshalb dich die dies diese diesem diesen "
        "dieser dieses dir doch dort du durch ein eine einem einen einer eines einfach einige "
        "einmal er erst es etwa etwas euch euer eure fast für ganz gar geben geht genau gerade "
        "gern gibt gut gute guten hab habe haben hat hatte hatten heute hier hin hinter ich ihm "
        "ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jahr jahre jahren je jede "
        "jedem jeden jeder jedes jetzt jeweils kann kannst kein keine keinen können könnte lang "
        "lange machen macht man manche mehr mein meine mich mir mit muss müssen nach neu neue "
        "neuen neuer nicht nichts nie noch nun nur ob oder oft ohne schon sehr sei sein seine "
        "seinem seinen seiner seit selbst sich sie sind so sogar soll sollte sondern sowie statt "
        "tag tage tagen über um und uns unser unsere unserem unseren unserer unter viel viele "
        "vielen vom von vor war waren warum was weil weiter weitere weiteren wenn wer werden wie "
        "wieder will wir wird wo woche wochen wohl wollen worden wurde wurden zeit zu zum zur "
        "zwar zwei zwischen uhr euro montag dienstag mittwoch donnerstag freitag samstag sonntag "
        "januar februar märz april mai juni juli august september oktober november dezember "
        "morgen drei vier fünf ersten erste rund bieten bietet"
    ),
    "fr": _words(
        "à afin ai ainsi alors après assez au aucun aucune aujourd'hui aussi autre autres aux "
        "avant avec avoir avons bien bon bonne car ce cela celle celui ces cet cette ceux chaque "
        "chez comme comment d'un d'une dans de depuis des deux devant dire doit donc dont du elle "
        "elles en encore enfin entre est et étaient était été être eux faire fait faut font grand "
        "grande hors il ils j'ai jamais je jour jours jusqu'à l'on la le les leur leurs lors lui "
        "ma mais même mes moins mois mon ne ni non nos notre nous nouveau nouvelle nouvelles "
        "nouveaux on ont ou où par parce pas pendant peu peut peuvent plus plusieurs pour "
        "pourquoi près puis qu'il qu'elle qu'un quand que quel quelle quelles quels qui quoi sa "
        "sans se sera ses si son sont sous sur ta tant te tes toi ton toujours tous tout toute "
        "toutes très trois trop tu un une vers voici voilà vos votre vous an ans année années "
        "heure heures semaine lundi mardi mercredi jeudi vendredi samedi dimanche janvier février "
        "mars avril mai juin juillet août septembre octobre novembre décembre c'est n'est d'abord "
        "euros cinq quatre dix matin soir"
    ),
    "es": _words(
        "a al algo algunas algunos ante antes aquel aquí así aún aunque bajo bien cada casi como "
        "con contra cosa cosas cual cuando cuanto cuatro de debe del desde después día días donde "
        "dos durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos esta "
        "está están estar estas este esto estos fue fueron gran ha había hace hacer hacia han "
        "hasta hay he hoy incluso la las le les lo los luego más me mejor menos mes meses mi "
        "mientras mis mismo mucho muchos muy nada ni no nos nosotros nuestra nuestras nuestro "
        "nuestros nueva nuevas nuevo nuevos nunca o otra otras otro otros para pero poco por "
        "porque pues puede pueden que qué quien se sea según ser si sí sido siempre sin sino "
        "sobre solo sólo son su sus también tan tanto te tener tiene tienen toda todas todo todos "
        "tras tres tu tus un una unas uno unos usted ustedes va vez veces y ya yo año años hora "
        "horas semana lunes martes miércoles jueves viernes sábado domingo enero febrero marzo "
        "abril mayo junio julio agosto septiembre octubre noviembre diciembre cinco euros mañana "
        "tarde primer primera"
    ),
}

# Before a noun; a word that follows one is likely to name a thing.
DETERMINERS = {
    "en": _words(
        "the a an our your their its his her this these those every each of with for in on by my "
        "new no any some from and"
    ),
    "fr": _words("le la les un une des du de nos notre votre vos leur leurs ses sa son cette ce"),
    "es": _words("el la los las un una unos unas del de nuestra nuestro nuestros su sus este esta"),
}

# A sentence that begins so leans on the one before it.
LEANING = {
    "en": _words(
        "it its it's they they're their them he she his her him this that that's these those such "
        "both neither however but and or so then therefore thus hence also moreover furthermore "
        "additionally besides instead otherwise meanwhile afterwards still yet nevertheless "
        "similarly likewise consequently here another others finally secondly thirdly lastly next "
        "which who plus again too same"
    ),
    "de": _words(
        "er ihre ihm das dies diese dieser dieses diesen deren dessen aber und oder doch jedoch "
        "also dann danach deshalb daher darum dadurch damit dazu dabei dafür darin daran "
        "darauf daraus darüber davon außerdem zudem ferner trotzdem stattdessen sonst beide so "
        "weitere andere denn schließlich"
    ),
    "fr": _words(
        "il elle ils elles ce cela ça c'est ces cette celui celle ceux mais et ou donc puis "
        "ensuite ainsi alors cependant toutefois pourtant aussi enfin sinon leur leurs son sa ses "
        "celui-ci ceci"
    ),
    "es": _words(
        "él ella ellos ellas esto eso esta estos estas ese esa esos pero o así entonces luego "
        "además también aunque después finalmente su sus ambos otro otra otros ello"
    ),
}

# Anywhere in a sentence, if nothing before it in the sentence names what it stands for.
PRONOUNS = {"en": _words("it its they them their he him his she her itself themselves these those")}

# Leaning words that stand alone before one of these: "This Friday we open."
TIMES = _words(
    "monday tuesday wednesday thursday friday saturday sunday week weekend month year season "
    "morning afternoon evening spring summer autumn winter fall january february march april "
    "may june july august september october november december christmas easter montag "
    "dienstag mittwoch donnerstag freitag samstag sonntag woche wochenende monat jahr sommer "
    "winter herbst frühling semaine mois année été hiver automne printemps semana mes año "
    "verano invierno otoño primavera lunes martes miércoles jueves viernes sábado domingo"
)

# A point after these does not end a sentence.
ABBREVIATIONS = _words(
    "mr mrs ms dr prof st no vs etc inc ltd co corp dept approx est fig vol jr sr e.g i.e eg "
    "ie cf al jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun p "
    "pp max min incl excl tel ext bzw ca z.b d.h u.a usw ggf evtl inkl nr str abs art hr fr "
    "fam jh mio mrd vgl bspw sog zzgl geb mme mlle m env éd sra d dña av pág núm ej p.ej ee "
    "uu avda"
)

# What pages say around their text.
BOILERPLATE = (
    r"\b(read|learn|see|find out|show|view|discover) more\b",
    r"\b(click|tap) (here|the (link|button))",
    r"\b(all rights reserved|privacy policy|terms (of use|of service|and conditions))\b",
    r"\bcookies?\b.*\b(accept|use|agree|consent|settings|policy)\b|\b(we|site) uses? cookies\b",
    r"\b(subscribe|sign up) (to|for) (our|the) (newsletter|mailing list|updates|blog)",
    r"\b(share|follow us|like us|find us) on\b",
    r"\bjoin our newsletter\b",
    r"\b(in this|this) (article|guide|post|blog post|report|chapter|section|video|white ?paper)\b",
    r"\b(as|see) (shown |described |mentioned )?(above|below|overleaf)\b",
    r"\b(see|cf\.?) (figure|fig\.|table|page|appendix|section)\b",
    r"\b(photo|image|picture|source|credit)s?( credit)?( by)?:",
    r"^(by|von|par|por) \p{Lu}\p{L}+ \p{Lu}\p{L}+\.?$",
    r"\b(posted|published|updated|last modified) (on|at|by)\b",
    r"\bminutes? read\b|\bmin read\b",
    r"\b(leave|post) a (comment|reply)\b",
    r"\btable of contents\b|\bback to top\b|\bskip to (main )?content\b",
    r"[©®]|\(c\) (19|20)\d\d",
    r"\b(for|media|press) (immediate release|contact|enquiries|inquiries)\b",
    r"\bunsubscribe\b|\bjavascript\b|\bloading\b|\b404\b",
    r"\b(mehr (erfahren|lesen|dazu)|weiterlesen|hier klicken|alle rechte vorbehalten)\b",
    r"\b(datenschutz(erklärung)?|impressum|newsletter abonnieren|jetzt anmelden)\b",
    r"\b(lire la suite|en savoir plus|cliquez ici|tous droits réservés|mentions légales)\b",
    r"\b(leer más|saber más|haz clic|todos los derechos reservados|aviso legal)\b",
)
