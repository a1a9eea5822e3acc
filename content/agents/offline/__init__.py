"""The offline counterparts of the agents: extraction, arithmetic and a phrase book, no model.

They are honest about themselves: everything that they write says that the "offline writer" wrote
it, and every fact in it is a sentence of the material.
"""
