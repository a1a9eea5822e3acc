"""Word lists for telling claims from talk: en, de, fr, es.

A language that has no list gets none of its leniencies: there only a sentence's own words count.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Closed classes and the palest verbs: they carry no fact by themselves.
FUNCTION = {
    "en": _words(
        "a an the and or but so as at by for from in into of off on onto out over per than that "
        "this these those to up upon via with within about above across after around before "
        "behind below beside between beyond during inside near since through till toward towards "
        "under until while because if when where whether which who whom whose what why how there "
        "here then thus also too just even still yet already again once i me my we us our ours you "
        "your yours he him his she her hers it its they them their theirs one oneself yourself "
        "itself themselves ourselves some any both such other another be is are was were been "
        "being am do does did done doing have has had having will would shall let lets can could "
        "may might must should i'm we're you're they're it's that's there's we've you've i've "
        "we'll you'll they'll it'll he's she's what's here's let's s ll re ve d m am pm "
        "now today yes oh hey ok okay well really simply quite rather very please thanks thank "
        "hello hi dear everyone everybody someone somebody anyone anybody anything something "
        "though although however therefore means mean like way ways own self itself o "
        "own right back away down together instead need needs needed "
    ),
    "de": _words(
        "der die das den dem des ein eine einen einem einer eines und oder aber denn sondern als "
        "am an auf aus bei beim bis durch für gegen hinter im in ins mit nach neben ob seit über "
        "um unter vom von vor während wegen wenn weil wie wo zu zum zur zwischen dass damit daher "
        "da dann dort hier auch noch schon so sehr sogar nur doch ja mal eben gerade jetzt heute "
        "ich mich mir mein meine meinen wir uns unser unsere unseren unserem unserer du dich dir "
        "dein deine deinen deiner ihr euch euer eure sie ihnen ihre ihren ihrem ihrer er ihn ihm "
        "sein seine seinen seiner es man sich dieser diese dieses diesen diesem jener welche "
        "welcher welches was wer wem wen warum wann bin bist ist sind seid war waren wird werden "
        "wurde wurden worden haben hat habe hast hatte hatten kann können könnt muss müssen "
        "darf dürfen soll sollen will wollen lässt lassen gibt bitte danke hallo liebe lieber "
        "davon dabei dafür dazu daran darauf darin darum bereits wieder gern gerne etwas "
        "andere anderen anderer her hin ab rund zusammen selbst bzw etwa "
    ),
    "fr": _words(
        "le la les l un une des du de d au aux et ou mais donc or car à a dans en entre par pour "
        "sans sous sur vers chez avec avant après pendant depuis dès lors que qu qui quoi dont où "
        "quand comment pourquoi si ce c cet cette ces cela ça je j me m moi mon ma mes nous notre "
        "nos tu te t toi ton ta tes vous votre vos il elle ils elles on se s son sa ses leur leurs "
        "lui eux y n est sont était étaient être été suis es êtes sommes ai as avons avez ont "
        "avait avaient avoir aura sera seront fait font faire va vont peut peuvent pouvez doit "
        "doivent aussi très bien encore déjà même ici là puis alors ainsi comme voici voilà "
        "merci bonjour salut oui aujourd hui maintenant autre autres tout-à-fait donc quelque "
    ),
    "es": _words(
        "el la los las un una unos unas lo al del de y e o u pero sino que en entre con para por "
        "según sobre tras desde hasta hacia ante bajo a como cuando donde dónde cómo cuándo qué "
        "quién quien cual cuál si porque pues yo me mi mis nosotros nos nuestro nuestra nuestros "
        "nuestras tú tu te ti tus vosotros os vuestro usted ustedes él ella ello ellos ellas le "
        "les se su sus esto este esta estos estas eso ese esa esos esas aquel es son era eran ser "
        "sido soy eres somos fue fueron será serán está están estaba estar estamos he ha has hay "
        "hemos han había haber tiene tienen tener tenemos hace hacen hacer va van puede pueden "
        "puedes también muy bien ya aún aquí allí así entonces ahora hoy hola gracias sí mismo "
        "misma otro otra otros otras cada-uno "
    ),
}

# Verbs and nouns that a writer may add without adding a fact.
NEUTRAL = {
    "en": _words(
        "comes come came get gets got getting go goes going take takes place offers offer gives "
        "give brings bring keeps happens happen happened find finds look looks meet introducing "
        "discover "
        "news update story time amount total count counts number figure price tag comes put puts "
        "link links rest bio say says said told according us turns turn make makes made things "
        "thing note fact facts "
        "detail details reason part adds plus alone set sets want wants us see sees seen use "
        "know knows knew known hear heard "
    ),
    "de": _words(
        "kommt kommen kam bekommt bekommen geht gehen stellt steht stehen bringt bringen macht "
        "machen bietet bieten findet finden statt liegt sagt sagte laut übrigens insgesamt dank "
        "beträgt belaufen wissen weiß neuigkeiten neues preis zahl zeit mehr-dazu "
    ),
    "fr": _words(
        "vient viennent arrive propose proposent offre offrent donne met trouve retrouvez voici "
        "dit selon grâce lieu lieux prix chiffre nombre temps total découvrez "
    ),
    "es": _words(
        "viene vienen llega llegan ofrece ofrecen da pone encuentra encontrarás dice según gracias "
        "lugar precio cifra número tiempo total descubre conoce "
    ),
}

# Words of one line say the same of a fact. The first stands for all.
SAME = {
    "en": (
        "cost costs price priced asking",
        "start starts begin begins began started starting",
        "buy purchase bought",
        "opening open opens opened reopen reopens",
        "close closes closed closing end ends",
        "all every each everyone",
        "weigh weighs weight weighing",
        "hold holds room capacity fits",
        "free gratis complimentary",
        "big large",
        "need require requires required requirement",
        "ship ships shipped shipping deliver delivered delivery",
        "last year",
        "sign signup register registration registering",
        "loaf bread",
        "kid kids child children",
        "daily day",
        "finished completed",
        "test tested testing trial",
        "spend spent",
        "teach taught teaches teaching",
        "found find",
        "lose lost loses",
        "build built builds",
        "grow grew grown growing",
        "run ran runs",
        "stay stays remain remains",
        "expect expected",
        "cyclist cyclists",
        "flat apartment",
        "weekday weekdays",
        "rise raised raises raise",
        "paid pay pays",
        "twice double",
        "quick fast",
        "person people",
        "read reads reading",
        "think thought",
        "write wrote written",
        "hang hangs hung",
    ),
    "de": (
        "kosten kostet preis",
        "beginnen beginnt begann start startet starten",
        "alle jeder jede jedes jeden jedem",
        "gratis kostenlos umsonst haus",
        "öffnen öffnet geöffnet offen",
        "schließen schließt geschlossen",
        "wiegt gewicht wiegen",
        "reservieren reservierung buchen",
    ),
    "fr": (
        "coûter coûte prix",
        "commencer commence débute",
        "tous toutes chaque",
        "gratuit gratuite gratuitement offert",
        "rouvrir rouvre ouvre",
    ),
    "es": (
        "costar cuesta precio vale",
        "empezar empieza comienza",
        "todos todas cada",
        "gratis gratuito gratuita",
    ),
}

NOT_AHEAD = _words(
    "not never no without neither nor hardly cannot isn't aren't wasn't weren't don't doesn't "
    "didn't can't couldn't won't wouldn't shouldn't hasn't haven't hadn't nobody none nothing "
    "nicht nie niemals ohne kein keine keinen keinem keiner keines weder niemand nichts "
    "pas jamais sans aucun aucune ni personne rien plus-jamais "
    "nunca sin ningún ninguna ninguno jamás tampoco nadie nada non mai senza sem não nunca niet "
    "geen zonder inte utan ikke nie bez не нет без"
)

# What a source says only of chance, of plans, or under a condition, it does not say outright.
HEDGES = _words(
    "may might could expected planned plans probably perhaps possibly likely aims intended should "
    "kann könnte könnten soll sollen sollte voraussichtlich geplant erwartet wahrscheinlich "
    "vielleicht möglicherweise plant pourrait pourraient prévu prévue devrait probablement "
    "podría podrían previsto prevista probablemente quizá tal-vez"
)
CONDITIONS = _words(
    "if unless except provided wenn falls sofern außer si sauf salvo excepto condition"
)

# Each of these is a claim wherever it stands, in a question and in an appeal as well.
STRONG = {
    "en": _words(
        "best only first most largest biggest smallest cheapest fastest strongest safest leading "
        "award award-winning awards winner winning prize certified certificate certification "
        "guaranteed guarantee guarantees proven patented clinically approved recommended tested "
        "unique unmatched unbeatable exclusive waterproof organic vegan natural sustainable "
        "recycled handmade handcrafted free eco-friendly climate-neutral carbon-neutral safe "
        "official trusted rated doctors experts million millions billions always never everyone "
        "nobody all every none no.1 number-one perfect favourite favorite top world's voted "
        "fda iso ce tüv famous popular bestselling best-selling lifetime warranty rank ranked"
    ),
    "de": _words(
        "beste besten bester bestes einzige einzigen einziger erste ersten größte größten "
        "kleinste günstigste schnellste stärkste sicherste führend führende preisgekrönt "
        "preisgekrönte ausgezeichnet auszeichnung testsieger zertifiziert garantiert garantie "
        "bewiesen nachweislich patentiert klinisch empfohlen geprüft einzigartig unschlagbar "
        "exklusiv wasserdicht bio vegan natürlich nachhaltig recycelt handgemacht kostenlos "
        "klimaneutral sicher offiziell ärzte experten millionen immer nie alle meistverkaufte"
    ),
    "fr": _words(
        "meilleur meilleure meilleurs meilleures seul seule premier première plus leader primé "
        "primée prix-du récompense certifié certifiée garanti garantie prouvé breveté cliniquement "
        "recommandé testé unique imbattable exclusif étanche bio vegan naturel durable recyclé "
        "artisanal gratuit neutre sûr officiel médecins experts millions toujours jamais tous"
    ),
    "es": _words(
        "mejor mejores único única primer primera mayor líder premiado premiada premio galardonado "
        "certificado certificada garantizado garantizada garantía probado patentado clínicamente "
        "recomendado exclusivo impermeable orgánico ecológico vegano natural sostenible reciclado "
        "artesanal gratis neutro seguro oficial médicos expertos millones siempre nunca todos"
    ),
}

# Each compares with everything there is.
BEYOND_ALL = (
    r"(?:than (?:any|all|every|ever)|als (?:jede|alle|je )|que (?:tou[ts]|n'importe|cualquier|nadie"
    r"|ningun|jamais|nunca)|in the world|of all time|der welt|du monde|del mundo|second to none)"
)

# Of these a claim is made by saying them of something, not by asking or appealing with them.
QUANTITIES = _words(
    "most first all every everyone nobody none always never top million millions erste ersten alle "
    "immer nie millionen plus premier première tous toujours jamais primer primera todos siempre "
    "nunca millones favourite favorite safe natural perfect sicher sûr seguro free gratis"
)

# Words that judge without saying anything that could be looked up.
EVALUATIVE = {
    "en": _words(
        "great good nice lovely beautiful wonderful delicious exciting excited happy proud glad "
        "delighted thrilled love loved loves cosy cozy fun amazing fantastic warm gorgeous tasty "
        "special joy pleasure smile smiles feel feels feeling dream dreams worth enough easy "
        "heart favourite mood moment moments better sweet charming stunning cool brilliant "
        "impressive questions question comments comment welcome impressive important hard tough "
        "matters matter fair smart clever simple calm mornings"
    ),
    "de": _words(
        "schön schöne schönes toll großartig wunderbar lecker gut gute gutes spannend freuen "
        "freut freue stolz glücklich lieben liebe herrlich gemütlich besonders besondere freude "
        "kommentare fragen anmerkungen willkommen "
        "lohnt fein traumhaft herz lächeln einfach wichtig klug fair"
    ),
    "fr": _words(
        "beau belle joli jolie super génial délicieux bon bonne heureux heureuse ravis ravi fiers "
        "commentaires commentaire questions avis bienvenus bienvenue ouverts ouvert "
        "fier aimons adorons plaisir joie magnifique superbe agréable doux cœur sourire important"
    ),
    "es": _words(
        "bonito bonita bueno buena genial delicioso rico feliz felices encantados orgullosos "
        "preguntas comentarios bienvenidas bienvenidos abiertos "
        "alegría placer maravilloso hermoso precioso ilusión encanta encantan corazón importante"
    ),
}

# How an opinion, a wish or a feeling of the speaker begins.
OPINIONS = (
    r"(?:(?:i|we) (?:really |truly |just |all )?(?:think|believe|feel|hope|wish|love|like|adore|"
    r"enjoy|want you|would (?:like|love)|can't wait|cannot wait|could not be|couldn't be"
    r"|look forward)"
    r"|(?:i'm|we're|we are|i am) (?:so |very |really |just )?(?:excited|happy|glad|proud|"
    r"delighted|thrilled|grateful|sorry|looking forward|here for)"
    r"|in (?:our|my) (?:opinion|view)|honestly|you(?:'ll| will) (?:love|enjoy|like|feel|thank)"
    r"|your \p{L}+ will (?:love|thank|enjoy)|imagine|picture this|thank(?:s| you)|(?:who|what) "
    r"would|see you|here's to|cheers|enjoy|no more|nothing beats|there(?:'s| is) nothing like"
    r"|wir (?:finden|glauben|hoffen|freuen|lieben|meinen|wünschen)|ich (?:finde|glaube|hoffe|"
    r"freue|liebe|meine)|unserer meinung|stell(?:en sie|t euch|t)? (?:dir|sich|euch)? ?vor"
    r"|danke|vielen dank|du wirst|sie werden|ihr werdet|bis bald|viel (?:spaß|freude)"
    r"|nous (?:pensons|croyons|espérons|aimons|adorons|sommes (?:ravis|heureux|fiers))|je (?:pense|"
    r"crois)|à notre avis|imaginez|merci|vous (?:allez|aimerez|adorerez)|à bientôt|quel plaisir"
    r"|à \p{L}+er|pour en (?:parler|savoir)"
    r"|basta un|para (?:compartir|saber)|conviene|creemos|pensamos|esperamos|nos (?:encanta"
    r"|gusta|alegra)|estamos (?:felices|encantados|"
    r"orgullosos)|en nuestra opinión|imagina|gracias|te va a|os va a|le va a|hasta pronto)"
)

# What asks the reader to do something; German and French speak so by "Sie" and "-ez" as well.
APPEALS = _words(
    "book buy call come check click contact discover don't dive drop enjoy enter explore find "
    "follow get give grab head have hop join keep learn leave let let's listen look make meet "
    "order pack pick plan please pop put read register reserve ring rsvp save schedule secure "
    "see send share shop sign start stay stop subscribe swing tag take tell think treat try visit "
    "act pass work wait want watch write download apply bring choose claim ask dont remember "
    "imagine tap swipe "
    "bestelle bestellen bestellt buche buchen kommt komm besuche besuchen besucht entdecke "
    "entdecken entdeckt hol holt holen lies lest lesen melde meldet melden probiere probieren "
    "reserviere reservieren ruf rufen schau schaut schauen schreib schreibt schreiben sichere "
    "sichern sichert teile teilt teilen triff trefft jetzt gern frag fragt fragen folge folgt "
    "merk merkt vormerken weitersagen kontakt nimm nehmt nehmen mach macht sag sagt "
    "appelez commandez contactez découvrez essayez goûtez inscrivez lisez partagez participez "
    "passez profitez réservez rejoignez retrouvez suivez téléchargez venez visitez écrivez dites "
    "posez demandez pensez notez choisissez rendez appelle viens découvre essaie réserve "
    "apunta apúntate aprovecha comparte compra conoce contacta contáctanos cuéntanos descubre "
    "descarga escríbenos inscríbete llama lee pide prueba reserva regístrate síguenos únete ven "
    "visita visítanos venga reserve pida llame escriba descubra visite pregunta no-te guarda"
)
GREETINGS = _words(
    "hello hi hey good morning evening afternoon night welcome happy dear folks friends everyone "
    "team all monday tuesday wednesday thursday friday saturday sunday weekend cheers guten tag "
    "morgen abend hallo moin servus willkommen liebe freunde schönes schönen wochenende bonjour "
    "bonsoir salut bienvenue amis chers bon week-end hola buenos buenas días tardes noches "
    "bienvenidos bienvenidas amigos queridos feliz frohe ostern weihnachten merry christmas easter "
    "joyeux noël navidad new year neues jahr"
)

# Before a colon or a question mark these announce what follows and claim nothing.
CLAIMING_QUESTION = (
    r"(?:did you know|have you heard|do you know|wussten sie|wusstest du|wusstet ihr|"
    r"saviez-vous|savais-tu|le saviez|sabías|sabía usted|sabían)"
)
PRONOUNS = _words("it they she he er sie es il elle ils elles ce él ella ellos ellas this that")
DETERMINERS = _words(
    "the a an our your their its his her my this that these those every each all der die das ein "
    "eine unser unsere ihr ihre mein meine dieser diese dieses jede jeder alle le la les un une "
    "notre nos votre vos son sa ses leur leurs ce cette ces chaque el los las una nuestro nuestra "
    "nuestros nuestras su sus este esta estos estas cada l"
)
