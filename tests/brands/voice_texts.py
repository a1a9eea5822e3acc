"""Posts of ten invented brands, eight of each, and which of them speak in a far register."""

from __future__ import annotations

VOICES: dict[str, tuple[str, ...]] = {}

VOICES["craft"] = (
    "The oven went out at four this morning. It was lit again by ten past. Bread is a "
    "little late today, and every bit as good. We are sorry if you waited at the door in "
    "the rain.",
    "Forty loaves went to the regatta, and none came back. Thank you, Penryn. The tins "
    "are soaking, the flour is ordered, and we start again at three tomorrow morning.",
    "We mill the rye ourselves, an hour before it is baked. It smells of grass then, and "
    "a day later of nothing at all. That is the whole reason why we bought the stone in "
    "2016.",
    "Rose came to us to wash trays. Eleven years later she shapes every loaf that leaves "
    "the house, and she can tell by the sound of the crust whether it needs another "
    "minute.",
    "A loaf that is left in the evening becomes breadcrumbs, and what is left of those "
    "goes to the hens of a neighbour. Nothing that we bake is thrown away. It never "
    "seemed hard to us.",
    "On Thursdays the school comes to bake. Twelve children, twelve lumps of dough, and "
    "flour on the lamp. They take home what they made, and most of it is eaten before the "
    "bus stops.",
    "The apples come from Mrs Pascoe's garden, eight minutes up the hill. She picks in "
    "the morning, we bake at noon, and by three the tarts are usually gone. There is one "
    "kind a day.",
    "Salt, water, flour and time. There is no secret in our sourdough, only thirty-six "
    "hours in which we leave it alone. If you want to learn how, come to the course in "
    "March.",
)

VOICES["law"] = (
    "The new regulation requires employers to document working hours from the first of "
    "January. We advise our clients to review their existing agreements before that date, "
    "since the applicable provisions leave no period of transition and penalties may be "
    "imposed without prior notice.",
    "A tribunal has confirmed that a dismissal by electronic message does not satisfy the "
    "statutory requirement of written form. Employers should therefore ensure that notice "
    "is provided on paper and signed by an authorised representative of the company.",
    "Our partners regularly assist family enterprises with questions of succession. The "
    "earlier a transfer is prepared, the greater the choice of appropriate instruments, "
    "and the lower the risk of a dispute among the heirs. A first consultation provides "
    "clarity regarding the options.",
    "The deadline for the submission of beneficial ownership declarations expires at the "
    "end of the month. Companies that have not yet complied should obtain advice without "
    "delay, as the authority has announced that it will examine all outstanding "
    "declarations individually.",
    "In commercial leases, the obligation to renovate is frequently disputed. The Federal "
    "Court has now held that a tenant is not liable where the premises were handed over "
    "unrenovated, notwithstanding any contractual provision to the contrary.",
    "Contracts concluded at a distance are subject to particular obligations of "
    "information. A recent judgment demonstrates that incomplete instructions extend the "
    "period of withdrawal by twelve months. We recommend that retailers examine their "
    "templates accordingly.",
    "We are pleased to announce that Dr Helen Marsh has been appointed partner. She "
    "advises international clients on matters of competition law and has represented "
    "several of them in proceedings before the European Commission.",
    "The limitation period for claims arising in 2023 ends on 31 December. Creditors are "
    "advised to commence appropriate measures in good time, since a mere reminder is not "
    "sufficient to suspend the period under the applicable statutory provisions.",
)

VOICES["shouting"] = (
    "HURRY!!! Our BIGGEST SALE of the year ends TONIGHT! Grab 70% OFF everything NOW "
    "before it's all GONE! These UNBEATABLE deals won't last! BUY NOW and SAVE BIG! 🔥🔥🔥",
    "WOW! The MEGA DEAL you waited for is HERE! Buy one, get TWO FREE! Limited stock, so "
    "act NOW! Click, order and SAVE like NEVER BEFORE! 🚨💥",
    "LAST CHANCE!!! Only 24 HOURS left to grab the HOTTEST DISCOUNTS in town! Don't miss "
    "the INCREDIBLE savings! Free gift with EVERY order today! GO GO GO! 🎉🎉",
    "FLASH SALE ALERT! 🚨 Massive bargains on ALL sofas, beds and tables! Guaranteed "
    "LOWEST PRICES or your money back! Hurry in TODAY! You will NOT believe these deals!",
    "IT'S FINALLY HERE! The ULTIMATE weekend sale! Save HUNDREDS on amazing brands! First "
    "50 buyers WIN an exclusive bonus! Rush in NOW! 💥💥💥",
    "BOOM! Prices CRASHED! Get the BEST mattress EVER for just $199! UNBELIEVABLE value! "
    "Limited time only! Order NOW and get FREE instant delivery!!! 🔥",
    "Attention BARGAIN HUNTERS!!! Everything MUST GO! Up to 80% OFF! Crazy deals on EVERY "
    "floor! Today ONLY! Grab yours before somebody ELSE does! 🛒🔥",
    "DOUBLE DISCOUNT DAY is ON! Take 50% off, then take ANOTHER 20% OFF! Incredible "
    "savings on ALL garden furniture! Buy NOW, pay NEXT YEAR! HURRY! 🚨",
)

VOICES["slang"] = (
    "yo fam, new drop hits friday and ngl it's straight fire 🔥 we kept it lowkey for "
    "weeks but the vibe is unreal. gonna sell out quick so set ur alarm lol",
    "ok so we're kinda obsessed with this colourway 😍 it's giving y2k but make it "
    "wearable. who's gonna cop? tell us below, no cap",
    "tbh we didn't think the hoodies would be gone in 10 mins 😂 y'all are wild. restock's "
    "coming, just gimme two weeks bruh",
    "this fit? dope. these kicks? even more dope. we're vibing so hard with what you guys "
    "post, keep tagging us and we'll share the ones that slay 💯",
    "lol remember when we said no more tees? yeah we lied 😅 three new prints, super "
    "limited, kinda ugly, totally sick. link's in bio, go go",
    "hey besties, it's photo dump time 📸 the crew took the new cargos to the skatepark "
    "and, ngl, someone fell. it's fine. the pants are fine too haha",
    "we're lowkey crying rn 😭 1 year of this lil shop and you're all still here. drop a 🖤 "
    "and we'll pick 5 of you for free stuff, bet",
    "gonna be honest, mondays suck. but a fresh cap kinda helps? we've put the whole lot "
    "at 20 bucks til midnight so yeah, treat urself dude 🧢",
)

VOICES["software"] = (
    "Version 4.2 is out. Queries over large tables now use the new index by default, "
    "which lowers latency at the 95th percentile from 340 ms to 90 ms. No change to your "
    "configuration is needed.",
    "We moved our European cluster to a second region last night. Failover took eleven "
    "seconds in the test, and no request was lost. The report with all measurements is on "
    "our status page.",
    "Webhooks can now be signed with your own key. You set it once in the dashboard, and "
    "every payload carries a signature that your endpoint can verify. Old tokens work "
    "until March.",
    "How do you find the slow query among thousands? Our new dashboard groups them by "
    "plan and shows the time that each costs a day. In our own database, one index saved "
    "four hours.",
    "The import API takes CSV and JSON files of up to 2 GB. It validates each row against "
    "your schema, writes what is valid, and returns the rest with the line and the "
    "reason.",
    "On Tuesday our API answered slowly for 26 minutes. A migration held a lock longer "
    "than planned. We have split it into smaller steps and added an alert at 30 seconds "
    "of waiting.",
    "You can now restore a database to any second of the last seven days. The copy runs "
    "beside the original, so you can compare both before you switch. It is part of every "
    "paid plan.",
    "We measured 14 message queues under the same load. The results differ by a factor of "
    "nine, and most of it is due to configuration. The scripts and raw data are in our "
    "repository.",
)

VOICES["playful"] = (
    "Who wants to build a rocket out of a banana box? 🚀🍌 We do, we do! Come along on "
    "Saturday, bring your glue, your giggles and your grown-ups. Splashy paint included! "
    "🎨",
    "Guess what hatched in our science corner? Five fluffy chicks! 🐥🐥 They're called Pip, "
    "Pop, Puff, Peep and Gary. Come and say hello, but shhh, Gary's sleeping! 😴",
    "It's raining, it's pouring, but we're never boring! ☔ Jump in our giant puddle hall "
    "from ten. You'll need wellies, a towel and your very best splash! 💦",
    "Once upon a Tuesday a dragon lost her socks. 🐉🧦 Can you help her find them? There's "
    "a trail through the whole museum, and a sticker at the end for every sock spotter!",
    "Snack time! 🍓 Did you know that strawberries wear their seeds on the outside? "
    "Cheeky! Come and plant your own in our little garden, and watch it go red. 🌱",
    "Our robot Bolt learned to dance this week. 🤖💃 Well, sort of. He wobbles, he beeps, "
    "he bumps into chairs. Want to teach him your moves? See you on Sunday!",
    "Tiny scientists wanted! 🔬 Must love bubbles, slime and asking why a hundred times a "
    "day. No experience needed, we'll bring the goggles. You bring the questions! 🫧",
    "Yippee, the story tent's back! ⛺📖 Crawl in, cuddle up and hear what the moon had for "
    "breakfast. Spoiler: it wasn't cheese! First tale at eleven. 🌙",
)

VOICES["german polite"] = (
    "Eine Wärmepumpe arbeitet am besten, wenn Ihr Haus gut gedämmt ist. Wir prüfen das "
    "vor Ort und sagen Ihnen ehrlich, ob sich der Umbau lohnt. Der Termin kostet Sie "
    "nichts.",
    "Seit 1962 bauen wir Bäder in Freiburg. Viele unserer Kunden kennen noch den "
    "Großvater, der damals mit dem Fahrrad kam. Heute kommen wir mit dem Lieferwagen, "
    "aber genauso pünktlich.",
    "Tropft Ihr Wasserhahn nur nachts, dann liegt es oft am Druck im Netz. Bitte stellen "
    "Sie den Regler nicht selbst um. Rufen Sie uns an, wir schauen noch in derselben "
    "Woche nach.",
    "Im Herbst sollten Sie Ihre Heizung entlüften. Drehen Sie dazu die Pumpe ab, warten "
    "Sie eine Stunde und öffnen Sie das Ventil, bis Wasser kommt. Mehr braucht es nicht.",
    "Unser Lehrling Jonas hat die Prüfung als Bester seines Jahrgangs bestanden. Wir "
    "freuen uns sehr mit ihm und mit seinem Meister, der ihm drei Jahre lang alles "
    "gezeigt hat.",
    "Für die Förderung brauchen Sie den Antrag, bevor der erste Handgriff geschieht. Wir "
    "füllen ihn mit Ihnen aus und reichen ihn ein. So verlieren Sie kein Geld durch ein "
    "falsches Datum.",
    "Ein neues Bad in zehn Tagen ist möglich, wenn vorher alles geplant ist. Sie wählen "
    "die Fliesen bei uns im Haus, und wir halten den Termin, den wir Ihnen nennen.",
    "Wenn der Abfluss langsam wird, hilft heißes Wasser mehr als jedes Mittel aus dem "
    "Regal. Hilft es nicht, dann kommen wir mit der Kamera und zeigen Ihnen, woran es "
    "liegt.",
)

VOICES["german familiar"] = (
    "Hey ihr Lieben, endlich ist sie da: unsere neue Hafermilch! 🥛 Mega cremig, echt "
    "lecker und ohne Zucker. Probier sie doch mal im Kaffee und sag uns, wie du sie "
    "findest!",
    "Montag, 7 Uhr, und du hast null Bock? Kennen wir! 😅 Schnapp dir einen Shake, mach "
    "deine Lieblingsmusik an und los geht's. Du packst das!",
    "Krass, ihr seid jetzt 10.000! 🎉 Wir sind voll baff und sagen danke. Als Geschenk "
    "gibt's für dich heute einen Gratis-Riegel zu jeder Bestellung. Hol ihn dir!",
    "Kleiner Tipp von uns: Pack deine Flasche abends schon in den Rucksack. Dann vergisst "
    "du sie morgens nicht. Klingt simpel, hilft aber echt! 💪",
    "Was ist dein liebster Snack nach dem Sport? 🏃 Schreib's uns in die Kommentare! Wir "
    "losen drei von euch aus und schicken euch eine fette Box nach Hause.",
    "Upsi, die neuen Riegel waren nach zwei Tagen weg! 🙈 Nachschub kommt am Freitag. Trag "
    "dich auf unserer Liste ein, dann kriegst du als Erstes Bescheid!",
    "Wir haben unser Lager aufgeräumt und coole alte Sorten gefunden. 😍 Lust auf "
    "Erdbeer-Minze? Dann schau mal in den Shop, aber beeil dich ein bisschen!",
    "Na, schon Pläne fürs Wochenende? Wir gehen wandern, und du kannst mit! 🥾 Treffpunkt "
    "ist um neun am Bahnhof. Bring einfach gute Laune mit, Snacks haben wir!",
)

VOICES["french polite"] = (
    "Depuis trois générations, notre maison façonne des gants à la main. Chaque paire "
    "demande deux jours de travail, et nous la réparons toute une vie. Vous êtes les "
    "bienvenus à l'atelier.",
    "Le cuir vient d'une tannerie du Tarn que nous connaissons depuis quarante ans. Nous "
    "le choisissons peau par peau, à la lumière du nord, car elle seule montre le grain.",
    "Vous hésitez entre deux tailles ? Posez votre main sur notre gabarit, que vous "
    "pouvez imprimer, et choisissez la plus petite. Le cuir s'assouplit en quelques "
    "jours.",
    "Madame Roussel a cousu sa dernière paire vendredi, après trente-huit ans dans notre "
    "maison. Nous lui devons beaucoup, et vos mains aussi.",
    "Un gant se range à plat, loin du radiateur. Une fois par an, nourrissez le cuir avec "
    "un peu de crème incolore. Votre paire vous accompagnera longtemps.",
    "Notre atelier sera ouvert au public les samedis de décembre. Vous verrez la coupe, "
    "la couture et le repassage, et vous pourrez poser vos questions à celles qui "
    "travaillent.",
    "La nouvelle teinte s'appelle ardoise. Il a fallu six essais pour obtenir ce gris qui "
    "tire sur le bleu. Nous vous la présenterons dès lundi dans notre boutique de Millau.",
    "Nous ne faisons pas de soldes. Nos prix sont les mêmes toute l'année, parce que le "
    "travail l'est aussi. Nous préférons vous expliquer ce qu'il contient.",
)

VOICES["spanish familiar"] = (
    "¡Hola, familia! Este sábado montamos paella en la terraza y tú estás invitado. 🥘 "
    "Trae hambre y amigos, que nosotros ponemos el arroz. ¡Te esperamos a las dos!",
    "¿Ya has probado nuestra tarta de queso? 😍 Dicen que es la mejor del barrio, pero tú "
    "decides. Ven esta tarde y te invitamos al café. ¡No te la pierdas!",
    "¡Vaya noche la de ayer! Gracias a todos por venir al concierto. 🎶 Si te lo perdiste, "
    "tranqui: el viernes repetimos, y tu mesa te espera.",
    "Hoy cocina Marta, y eso significa croquetas. ¿Jamón o setas? 🤔 Cuéntanos cuáles te "
    "gustan más y guardamos las tuyas. ¡Vuelan siempre!",
    "¿Calor? Tenemos la solución: horchata bien fría y un rato a la sombra contigo. 🥤 "
    "Pásate cuando quieras, estamos abiertos hasta las once.",
    "¡Qué guay, cumplimos cinco años! 🎉 Lo celebramos contigo el domingo con tapas y "
    "música toda la tarde. Tú solo trae ganas de bailar.",
    "Te contamos un secreto: las mejores patatas bravas salen a las ocho en punto. 🥔 Si "
    "llegas antes, te guardamos sitio en la barra. ¡Avísanos!",
    "¿Planes para el puente? Nosotros nos quedamos aquí, con la plancha encendida y tu "
    "vermut listo. 🍸 Trae a tus primos, que hay sitio para todos. ¡Nos vemos!",
)

# (voice, register that it is far from): a reader would never take the one for the other.
FAR = (
    *(("craft", "shouting"), ("craft", "slang"), ("law", "slang"), ("law", "shouting")),
    *(("law", "playful"), ("software", "slang"), ("software", "shouting"), ("software", "playful")),
    *(("shouting", "law"), ("shouting", "craft"), ("shouting", "software"), ("slang", "law")),
    *(("slang", "craft"), ("slang", "software"), ("playful", "law"), ("playful", "software")),
    *(("german polite", "german familiar"), ("german familiar", "german polite")),
    *(("french polite", "spanish familiar"), ("craft", "german polite"), ("craft", "playful")),
)

# Written after the score was settled, and never used to settle it.
HELD_OUT: dict[str, tuple[str, ...]] = {
    "museum": (
        "The gallery on the second floor is open again. Its eleven landscapes were cleaned over "
        "the winter, and the sky in the largest of them is blue once more.",
        "On Sunday at three our curator talks about the portrait of an unknown woman. Nobody "
        "knows who she was, but the letter in her hand can now be read.",
        "A visitor left us a box of glass negatives that belonged to her grandfather. We have "
        "scanned all 214 of them. Some show streets that are no longer there.",
        "The small red chair in room nine is not a mistake. Its maker painted it in 1924 and sat "
        "in it every morning until he died.",
        "Drawings fade in the light, so we show each of them for three months only. Until the end "
        "of May you can see six sheets that were last on display in 1998.",
        "School classes visit us free of charge from Tuesday to Thursday. Teachers can borrow a "
        "case with twelve objects that may be touched.",
    ),
    "gym": (
        "Hey team, who's up for leg day tomorrow? 💪 Coach Mia's got a brand new circuit and "
        "it's gonna burn. See you at six, bring a towel!",
        "We did it, guys! 100 members in the pull-up challenge! 🎉 You're all awesome, and your "
        "arms are gonna hate us tomorrow. Who's in for the next one?",
        "No excuses this Monday! It's cold, it's dark, we know. But the music's loud and the "
        "coffee's hot. ☕ Come on in and say hi!",
        "Guess what's finally here? The new rowers! 🚣 They're smooth, they're shiny and they "
        "don't care about your feelings. Try one this week!",
        "Quick tip from Jo: don't skip the warm-up, buddy. Five minutes now, or five weeks on the "
        "couch. Your call! 😅",
        "Friday squad, you guys rock! 🔥 We've never laughed so hard during burpees. Same time "
        "next week? Yeah, we thought so!",
    ),
    "bank": (
        "Since the first of July, providers are required to disclose all costs of a fund in one "
        "figure. We recommend that clients compare this figure with that of their existing "
        "portfolio prior to any decision.",
        "An early repayment of a mortgage is subject to compensation. Its amount depends on the "
        "remaining term and on the applicable rate of interest. Our advisers calculate it for you "
        "without obligation.",
        "The annual general meeting approved the distribution of a dividend of 1.40 euros. "
        "Payment will be effected on 18 May, provided that the securities were held on the "
        "previous day.",
        "Please note that confirmations issued on paper will be discontinued at the end of the "
        "year. Statements are provided electronically and remain available for a period of ten "
        "years.",
        "In view of recent attempts of fraud, we advise our clients not to disclose any code by "
        "telephone. Our employees will never request such information.",
        "The succession of a family enterprise requires careful preparation. We assist owners "
        "with valuation, financing and the appropriate structure of the transfer.",
    ),
}
HELD_FAR = (("museum", "gym"), ("bank", "gym"), ("gym", "bank"), ("gym", "museum"))
