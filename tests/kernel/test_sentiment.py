from __future__ import annotations

import pytest

from config.kernel.language.sentiment import sentiment_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I love your masts!", "positive"),
        ("Thank you so much 🙏", "positive"),
        ("Not good at all.", "negative"),
        ("It isn't great, honestly.", "negative"),
        ("Not bad.", "neutral"),
        ("No problem!", "neutral"),
        ("Good, but slow.", "neutral"),
        ("When do you open?", "neutral"),
        ("My mast arrived broken and nobody answers. Terrible.", "negative"),
        ("Not now. Great work though.", "positive"),
        ("Vielen Dank, wunderbar!", "positive"),
        ("Das ist nicht gut.", "negative"),
        ("Leider ist er kaputt.", "negative"),
        ("Nicht schlecht.", "neutral"),
        ("Wann öffnet ihr?", "neutral"),
        ("Merci beaucoup, c'est magnifique", "positive"),
        ("Ce n’est pas bon.", "negative"),  # noqa: RUF001
        ("Je suis très déçue.", "negative"),
        ("Vous ouvrez quand ?", "neutral"),
        ("¡Gracias, me encanta!", "positive"),
        ("No es bueno.", "negative"),
        ("Llegó roto, qué vergüenza.", "negative"),
        ("¿A qué hora abren?", "neutral"),
        ("😡", "negative"),
        ("❤", "positive"),
        ("", "neutral"),
        ("素晴らしい", "neutral"),
    ],
)
def test_how_words_sound(text: str, expected: str) -> None:
    assert sentiment_of(text) == expected


def test_long_text_takes_no_long_time_and_harms_nothing() -> None:
    assert sentiment_of("not " * 100_000 + "good") == "neutral"
    assert sentiment_of(":-" * 50_000) == "neutral"
