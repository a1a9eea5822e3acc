"""Web addresses in running text, with and without their scheme."""

from __future__ import annotations

import regex  # type: ignore[import-untyped, unused-ignore]

from .spans import Span

_ENDINGS = (
    "com|org|net|io|co|app|dev|shop|store|info|biz|eu|example|"
    "de|at|ch|fr|es|it|nl|be|pl|pt|se|no|dk|fi|cz|uk|ie|us|ca|au|nz|jp|in|br|mx|tv|me|ly|gl|ai"
)
# An address with its scheme, or a bare host with a known ending and perhaps a path.
_ADDRESS = regex.compile(
    rf"""
      (?<![\p{{L}}\p{{N}}@./]) (?:
        [a-z][a-z0-9+.-]{{1,15}}:// (?: [^\s<>"()\[\]] | \([^\s<>"()]*\) )+
      | (?:[\p{{L}}\p{{N}}](?:[\p{{L}}\p{{N}}-]{{0,61}}[\p{{L}}\p{{N}}])?\.)+ (?-i:{_ENDINGS})
        (?![\p{{L}}\p{{N}}-]) (?: : \d{{2,5}} )? (?: [/?] [^\s<>"()\[\]]* )?
      )
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_TAIL = ".,;:!?'\"’”»…"


def address_spans(text: str) -> list[Span]:
    """Offsets of every address in running text, closing punctuation left out."""
    spans = []
    for match in _ADDRESS.finditer(text):
        address = match.group(0).rstrip(_TAIL)
        spans.append((match.start(), match.start() + len(address)))
    return spans


def addresses_in(text: str) -> list[str]:
    return [text[start:end] for start, end in address_spans(text)]
