"""What this app tells the layers below it: where the model gateway keeps its paid answers."""

from __future__ import annotations

from config.kernel.llm.answers import answer_store

from .services.answers import StoredAnswers

answer_store.fill(StoredAnswers())
