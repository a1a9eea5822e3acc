"""How well a writer writes, and how well duplicates are found: fixed sets, scored by code."""
