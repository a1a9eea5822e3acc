"""Sentences of a material that may be said to readers at all, whoever writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import regex  # type: ignore[import-untyped, unused-ignore]

from config.kernel.language.addresses import addresses_in
from config.kernel.language.orders import is_order
from config.kernel.language.sentences import Sentence

_MAIL = regex.compile(r"(?<=[\p{L}\p{N}])@((?:[\p{L}\p{N}-]{1,63}\.){1,4}\p{L}{2,24})")


def for_readers(sentences: Sequence[Sentence], own: Iterable[str]) -> list[Sentence]:
    """Without orders to machines, and without sentences that lead to addresses of others, be they
    pages or mailboxes.

    `own` are the addresses of the material and the brand: what lies on their hosts may stay. What
    leans on a sentence that goes, goes with it.
    """
    hosts = {host for host in map(_host, own) if host}
    kept: list[Sentence] = []
    last_place = -1
    for sentence in sentences:
        is_cut_off = sentence.leans and last_place != sentence.place - 1
        if is_cut_off or is_order(sentence.text) or _leads_away(sentence.text, hosts):
            continue
        last_place = sentence.place
        kept.append(replace(sentence, place=len(kept)))
    return kept


def _leads_away(text: str, hosts: set[str]) -> bool:
    named = [_host(address) for address in addresses_in(text)]
    named += [match[1].lower().removeprefix("www.") for match in _MAIL.finditer(text)]
    return any(host not in hosts for host in named)


def _host(address: str) -> str:
    text = address.strip()
    try:
        host = urlsplit(text if "://" in text else f"https://{text}").hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.")
