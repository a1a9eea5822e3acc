"""Judging what feeds tell of: what it has to do with a brand, and what is left alone."""
