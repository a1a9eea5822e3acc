"""What brands asks of language models: one agent a file, each with an offline counterpart."""
