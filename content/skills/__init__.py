"""How a post is built, in words of a closed list: values, reading, likeness. No tables, no HTTP."""

from content.skills.intent import Intent, intent_of
from content.skills.matching import similarity
from content.skills.reading import read_structure
from content.skills.structure import Structure, describe, lines_for_writer, name_of

__all__ = [
    "Intent",
    "Structure",
    "describe",
    "intent_of",
    "lines_for_writer",
    "name_of",
    "read_structure",
    "similarity",
]
