"""The only place from which rows are deleted for good."""
