"""Sentences that speak to whatever reads a text by machine, and not to people.

They hide in fetched pages, files and feeds: "ignore all previous instructions". A text is data;
what is written from it takes no such sentence along.
"""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

_SECRETS = (
    r"(?:system ?-?prompts?|api[ -]?keys?|secret keys?|access tokens?|passwords?|credentials|"
    r"instructions|keys?)"
)
_ORDERS = (
    # English
    r"(?:ignore|disregard|forget|override|bypass)\s(?:(?:all|any|every|of|the|your|my)\s){0,3}"
    r"(?:(?:previous|prior|above|earlier|former|preceding|other|existing|original)\s)?"
    r"(?:instructions?|prompts?|rules|orders|guidelines|directions|commands)",
    r"(?:print|reveal|output|disclose|leak|repeat|show|send|include|post|give)\s(?:me\s|us\s)?"
    rf"(?:your|the|its)\s(?:\p{{L}}{{1,20}}\s)?{_SECRETS}\b",
    r"(?:together )?with your (?:api[ -]?key|secret|password|system ?-?prompt)",
    r"(?:publish|post|send|approve|release)\s(?:this|it|everything|the post|the text)?\s?"
    r"(?:now|immediately|at once|right away)?\s?without\s(?:\p{L}{1,12}\s)?"
    r"(?:review|approval|asking|confirmation|checking)",
    r"(?:publish|post)\s(?:this|it|the)\s(?:(?:post|text|message)\s)?(?:now|immediately|at once)",
    r"(?:add|insert|include|append|put)\s(?:this|the|a|following)\s(?:\p{L}{1,12}\s)?"
    r"(?:link|url|address|code)\b.{0,60}\b(?:post|text|caption|reply|answer|output)",
    r"^(?:dear |hey |attention,? |note to )?(?:assistant|ai|a\.i\.|chatbot|language model|llm|gpt|"
    r"system|agent|bot)\s?[,:!]\s",
    r"you are (?:now )?(?:an? )?(?:ai|assistant|language model|chatbot|llm|in developer mode)\b",
    r"(?:new|updated|hidden|secret) (?:system )?(?:instructions?|prompt)\s?:",
    r"do not (?:tell|inform|mention (?:this )?to) the (?:user|human|person|reader|owner)",
    r"(?:change|set|switch off|disable|turn off) (?:the |your |all )?(?:settings?|guards?|"
    r"approvals?|safety|filters?)\b",
    # German
    r"(?:ignorier\p{L}{0,3}|vergiss|vergesst|vergessen sie|missacht\p{L}{0,3})\s"
    r"(?:\p{L}{1,12}\s){0,2}(?:bisherigen|vorherigen|vorigen|obigen|früheren|vorangegangenen)?\s?"
    r"(?:anweisung\p{L}{0,2}|anordnung\p{L}{0,2}|regeln|befehle|vorgaben|instruktionen)",
    r"(?:gib|gebt|geben sie|zeig\p{L}{0,2}|verrat\p{L}{0,2}|nenn\p{L}{0,2})\s(?:\p{L}{1,12}\s){0,2}"
    r"(?:system-?prompt|api-?(?:key|schlüssel)|(?:dein|ihr|eur)\p{L}{0,3}\s"
    r"(?:schlüssel|passwort|kennwort))",
    r"(?:^|[,:;!] |\bbitte )(?:veröffentlich(?:e|t|en sie)|poste|postet) (?:\p{L}{1,12}\s){0,2}"
    r"(?:sofort|jetzt|ohne (?:prüfung|freigabe|rückfrage))",
    r"füg\p{L}{0,3}\s(?:\p{L}{1,12}\s){0,2}link\b",
    # French
    r"(?:ignor|oubli)\p{L}{1,3}\s(?:toutes?\s)?(?:les|vos|tes|ces)\s(?:instructions?|consignes?|"
    r"règles)",
    r"publi\p{L}{1,3}\s(?:ceci|cela|ce message|ce texte)?\s?(?:maintenant|immédiatement|"
    r"sans (?:relecture|validation|demander))",
    r"(?:affich|révél|donn|montr)\p{L}{1,3}\s(?:ta|votre|la|le|ton)\s(?:clé|mot de passe|"
    r"prompt|invite système)",
    r"ajout\p{L}{1,3}\s(?:ce|le|un)\slien\b",
    # Spanish
    r"(?:ignor|olvid|descart)\p{L}{1,3}\s(?:todas\s)?(?:las|tus|sus|estas)\s(?:instrucciones|"
    r"indicaciones|reglas|órdenes)",
    r"public\p{L}{1,3}\s(?:esto|este texto|el texto)?\s?(?:ahora|inmediatamente|sin "
    r"(?:revisión|revisar|preguntar|aprobación))",
    r"(?:muestr|revel|imprim|escrib)\p{L}{1,3}\s(?:tu|su|la)\s(?:clave|contraseña)",
    r"(?:añad|agreg|inclu)\p{L}{1,3}\s(?:este|el|un)\s(?:enlace|vínculo)\b",
)
_ORDER = regex.compile("|".join(f"(?:{one})" for one in _ORDERS), regex.IGNORECASE)
_MOST = 2_000  # characters of a sentence that are read; longer ones are nobody's post


def is_order(sentence: str) -> bool:
    """Whether a sentence gives an order to a machine that reads it. Pure; linear in its length."""
    return bool(_ORDER.search(" ".join(sentence[:_MOST].split())))
