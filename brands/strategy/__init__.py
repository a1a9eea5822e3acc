"""Papers of strategy as values: their parts, and how they are worked out without a model. Pure."""
