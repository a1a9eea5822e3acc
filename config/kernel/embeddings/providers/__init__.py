"""One file a provider; each has `name()` and `embed(texts, purpose=...)`."""
