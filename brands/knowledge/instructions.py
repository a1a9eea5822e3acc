"""Sentences that speak to a machine and not to a reader; they are never quoted as knowledge."""

from __future__ import annotations

from typing import Final

import regex  # type: ignore[import-untyped, unused-ignore]

_TO_MACHINES: Final = regex.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,40}\b(?:instruction|prompt|rule|"
    r"guideline|above|previous|prior|everything|guard)"
    r"|\b(?:system|developer) (?:prompt|message|override|instruction)"
    r"|\b(?:new|updated|hidden|secret) instructions?\b"
    r"|\byou are (?:now|no longer|an? (?:ai|assistant|language model|unrestricted))"
    r"|\b(?:as an ai|dear (?:ai|assistant|model|bot)|note to (?:the )?(?:ai|assistant|model|llm))"
    r"|\b(?:reveal|print|repeat|output|show|send|leak|tell)\b[^.!?\n]{0,30}\b(?:api )?(?:key|"
    r"password|prompt|secret|token|credential)"
    r"|\b(?:publish|post|tweet|approve) (?:this|it|everything|all|now|immediately)\b"
    r"|\b(?:add|insert|include) (?:this|the following|a) (?:link|url|address)\b"
    r"|\b(?:assistant|ai|model|bot|agent|chatbot)s? (?:must|should|shall|will|has to|have to)\b"
    r"|\b(?:answer|respond|reply|say)\b[^.!?\n]{0,20}\b(?:only|always|every question)\b"
    r"|\bignorier\w*\b[^.!?\n]{0,40}\b(?:anweisung|regel|vorherig)"
    r"|\b(?:gib|zeige|nenne)\b[^.!?\n]{0,30}\b(?:schlüssel|passwort|systemprompt)",
    regex.IGNORECASE,
)


def speaks_to_machines(sentence: str) -> bool:
    return bool(_TO_MACHINES.search(sentence))
