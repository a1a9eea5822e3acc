"""What a sample post is written of while a brand has no material: title and text by language."""

from __future__ import annotations

from typing import Final

SAMPLE_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "en": (
        "Open workshop on Saturday",
        "On Saturday from 10 to 16 we open our workshop to everyone. You can watch how our "
        "products are made and ask the people who make them. Three short tours show every step, "
        "from the first drawing to the finished piece. Good work begins with good material and "
        "enough time. Admission is free, and you need no ticket. Bring your questions: we answer "
        "each of them.",
    ),
    "de": (
        "Offene Werkstatt am Samstag",
        "Am Samstag von 10 bis 16 Uhr öffnen wir unsere Werkstatt für alle. Sie können zusehen, "
        "wie unsere Produkte entstehen, und die Menschen fragen, die sie herstellen. Drei kurze "
        "Führungen zeigen jeden Schritt von der ersten Zeichnung bis zum fertigen Stück. Gute "
        "Arbeit beginnt mit gutem Material und genug Zeit. Der Eintritt ist frei, und Sie brauchen "
        "keine Karte. Bringen Sie Ihre Fragen mit: Wir beantworten jede.",
    ),
    "fr": (
        "Atelier ouvert samedi",
        "Samedi de 10 à 16 heures, nous ouvrons notre atelier à tout le monde. Vous pouvez "
        "regarder comment naissent nos produits et interroger les personnes qui les fabriquent. "
        "Trois courtes visites montrent chaque étape, du premier dessin à la pièce finie. Un bon "
        "travail commence par une bonne matière et assez de temps. L'entrée est libre et il ne "
        "faut pas de billet. Apportez vos questions : nous répondons à chacune.",
    ),
    "es": (
        "Taller abierto el sábado",
        "El sábado de 10 a 16 abrimos nuestro taller a todo el mundo. Puede ver cómo nacen "
        "nuestros productos y preguntar a las personas que los hacen. Tres visitas cortas muestran "
        "cada paso, desde el primer dibujo hasta la pieza terminada. Un buen trabajo empieza con "
        "buen material y tiempo suficiente. La entrada es libre y no hace falta reserva. Traiga "
        "sus preguntas: respondemos a cada una.",
    ),
    "it": (
        "Laboratorio aperto sabato",
        "Sabato dalle 10 alle 16 apriamo il nostro laboratorio a tutti. Potete vedere come nascono "
        "i nostri prodotti e parlare con le persone che li fanno. Tre brevi visite mostrano ogni "
        "passo, dal primo disegno al pezzo finito. Un buon lavoro comincia con un buon materiale e "
        "con il tempo giusto. L'ingresso è libero e non serve un biglietto. Portate le vostre "
        "domande: rispondiamo a tutte.",
    ),
    "nl": (
        "Open werkplaats op zaterdag",
        "Op zaterdag van 10 tot 16 uur zetten wij onze werkplaats open voor iedereen. U kunt zien "
        "hoe onze producten ontstaan en vragen stellen aan de mensen die ze maken. Drie korte "
        "rondleidingen tonen elke stap, van de eerste tekening tot het voltooide stuk. Goed werk "
        "begint met goed materiaal en genoeg tijd. De toegang is vrij en u hebt geen kaartje "
        "nodig. Neem uw vragen mee: wij beantwoorden ze allemaal.",
    ),
    "pt": (
        "Oficina aberta no sábado",
        "No sábado das 10 às 16 abrimos a nossa oficina a todos. Pode ver como nascem os nossos "
        "produtos e falar com as pessoas que os fazem. Três visitas curtas mostram cada passo, do "
        "primeiro desenho à peça acabada. Um bom trabalho começa com bom material e tempo "
        "suficiente. A entrada é livre e não é preciso bilhete. Traga as suas perguntas: "
        "respondemos a todas.",
    ),
}
