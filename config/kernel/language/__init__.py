"""Texts as people read them: sentences, words, languages, what a text is about. Pure."""
