"""What the agent may do without asking: a policy's clauses, held against the facts of a text.

Pure: no tables, no network, no model. Whatever a policy says, some things always ask a person.
"""

from .clauses import CLAUSES, judge
from .facts import Facts, Failed, Judgement, Terms

__all__ = ["CLAUSES", "Failed", "Facts", "Judgement", "Terms", "judge"]
