"""What a page or an entry is about: 18 categories that every team has, and the team's own.

Source: specification 2c, knowledge base. A category is chosen by its words, those in the address
and the title counting most, because pages are named by what they are for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from config.kernel.language.sentences import stem, words_of

TITLE_WEIGHT: Final = 4.0
LOOKED_AT: Final = 6_000  # characters; a page says early what it is about
FEWEST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Category:
    """`weight` is its share in completeness: what a writer asks for most counts most."""

    slug: str
    name: str
    words: tuple[str, ...]
    asks: str
    weight: int = 2


def _category(slug: str, name: str, asks: str, weight: int, words: str) -> Category:
    return Category(slug, name, tuple(words.split()), asks, weight)


BUILT_IN: Final = (
    _category(
        "products",
        "Products",
        "What do you sell or offer, and what is special about it?",
        10,
        "product products service services offer offers range catalogue catalog collection model "
        "models feature features shop buy produkt produkte leistung leistungen angebot sortiment "
        "produit produits producto productos",
    ),
    _category(
        "pricing",
        "Prices",
        "What does it cost, and what is in the price?",
        8,
        "price prices pricing cost costs fee fees rate rates plan plans euro dollar usd eur tariff "
        "quote subscription preis preise kosten gebühr prix tarif tarifs precio precios",
    ),
    _category(
        "company",
        "Company",
        "Who are you, since when, and what do you stand for?",
        8,
        "about company history story mission vision values founded founder since owner family "
        "unternehmen geschichte gegründet histoire entreprise empresa historia",
    ),
    _category(
        "faqs",
        "Questions and answers",
        "What do customers ask you most?",
        8,
        "faq faqs question questions answer answers ask asked fragen antworten häufige questions "
        "réponses preguntas frecuentes",
    ),
    _category(
        "policies",
        "Policies",
        "What are your rules on returns, privacy and terms?",
        6,
        "policy policies terms conditions privacy return returns refund refunds cancellation "
        "warranty guarantee legal gdpr agb datenschutz rückgabe widerruf garantie conditions "
        "confidentialité devolución",
    ),
    _category(
        "contact",
        "Contact",
        "How do people reach you?",
        8,
        "contact phone telephone email mail address call write reach directions map visit kontakt "
        "telefon anschrift adresse contacto teléfono",
    ),
    _category(
        "hours",
        "Opening hours",
        "When are you open or available?",
        5,
        "hours open opening closed monday tuesday wednesday thursday friday saturday sunday "
        "holiday weekday weekend öffnungszeiten montag dienstag mittwoch donnerstag freitag "
        "samstag sonntag horaires lundi horario lunes",
    ),
    _category(
        "specs",
        "Specifications",
        "Which sizes, materials and technical figures matter?",
        5,
        "specification specifications specs size sizes dimension dimensions weight material "
        "materials technical capacity length width height voltage kg cm mm watt technische maße "
        "gewicht abmessungen",
    ),
    _category(
        "support",
        "Help",
        "How do customers get help, and with what?",
        5,
        "support help troubleshoot troubleshooting problem fix repair repairs guide manual "
        "instructions issue hilfe reparatur anleitung aide ayuda soporte",
    ),
    _category(
        "orders",
        "Orders and delivery",
        "How does an order go, and how long does delivery take?",
        5,
        "order orders ordering delivery deliver delivered shipping ship shipped dispatch track "
        "tracking parcel courier bestellung lieferung versand commande livraison pedido envío",
    ),
    _category(
        "accounts",
        "Accounts",
        "What can customers do in their account?",
        3,
        "account accounts login log sign signup password profile register registration username "
        "konto anmelden passwort compte cuenta",
    ),
    _category(
        "billing",
        "Payment",
        "How can people pay, and what do invoices say?",
        4,
        "billing invoice invoices payment payments pay paid card bank transfer paypal instalment "
        "deposit vat tax rechnung zahlung bezahlen facture paiement factura pago",
    ),
    _category(
        "security",
        "Security",
        "How do you keep people and their data safe?",
        3,
        "security secure encryption encrypted safety safe certificate certified certification "
        "audit compliance protect protection iso sicherheit zertifikat sécurité seguridad",
    ),
    _category(
        "team",
        "Team",
        "Who works for you, and what are they good at?",
        5,
        "team staff people colleague colleagues employee employees director manager chef trainer "
        "career careers job jobs hiring mitarbeiter équipe equipo",
    ),
    _category(
        "blog",
        "Articles",
        "What have you written about?",
        3,
        "blog article articles news post posts author published update updates story magazine "
        "journal neuigkeiten artikel actualités noticias",
    ),
    _category(
        "api",
        "Integrations",
        "What do developers and partners connect to?",
        1,
        "api endpoint endpoints developer developers integration integrations webhook webhooks sdk "
        "token json rest documentation schnittstelle",
    ),
    _category(
        "promos",
        "Offers",
        "Which offers and dates are on now?",
        6,
        "sale sales discount discounts promotion promotions promo voucher coupon code deal deals "
        "percent save free limited until gutschein rabatt aktion promotion remise descuento",
    ),
    _category(
        "voice",
        "Voice",
        "How do you speak, and which words do you use or avoid?",
        7,
        "voice tone style wording slogan claim tagline spelling vocabulary guideline guidelines "
        "brand logo tonalität sprache stil ton estilo",
    ),
)
NAMES: Final = {category.slug: category.name for category in BUILT_IN}


def category_of(
    text: str, *, title: str = "", place: str = "", own: Sequence[Category] = ()
) -> str:
    """The slug of the category that fits best, or "" when none does.

    `place` is the address or file name. A team's own categories win a draw: it made them because
    the built-in ones were too coarse.
    """
    counts = _weighed(text, title, place)
    if not counts:
        return ""
    total = sum(counts.values()) ** 0.5
    scores = {
        category.slug: _score(category.words, counts) / total for category in (*own, *BUILT_IN)
    }
    best = max(scores, key=lambda slug: scores[slug])
    return best if scores[best] * total >= FEWEST else ""


def _weighed(text: str, title: str, place: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word in _stems(text[:LOOKED_AT]):
        counts[word] += 1
    # A word that a page repeats is not thirty times as telling as one that it uses once.
    damped = Counter({word: min(count, 3) for word, count in counts.items()})
    for word in _stems(f"{title} {_path(place)}"):
        damped[word] += int(TITLE_WEIGHT)
    return damped


def _path(place: str) -> str:
    """The words of an address after its host, which is about the company and not the page."""
    _, _, rest = place.partition("://")
    path = rest.partition("/")[2] if rest else place
    return "".join(character if character.isalpha() else " " for character in path)


def _score(words: Iterable[str], counts: Counter[str]) -> float:
    return float(sum(counts[each] for each in {stem(word) for word in words}))


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words_of(text)]
