"""Plain text as HTML and as Markdown: it reads as it was written, and nothing becomes markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.channels import articles
from publishing.channels.base import AccountFacts, ChannelError
from tests.networks.prose import words_of_html, words_of_markdown

ACCOUNT = AccountFacts("harbour.example/3")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "<p>a<br>b</p>"),
        ("a\n \nb", "<p>a</p>\n<p>b</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        (
            'See "https://a.example/?x=1&y=2".',
            '<p>See "<a href="https://a.example/?x=1&amp;y=2">https://a.example/?x=1&amp;y=2</a>".'
            "</p>",
        ),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ],
)
def test_text_becomes_html(text: str, html: str) -> None:
    assert articles.html_of(text) == html


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a\nb", "a  \nb"),
        ("# no heading", "\\# no heading"),
        ("- no list\n1. nor this", "\\- no list  \n1\\. nor this"),
        ("*a* _b_ `c` [d](e)", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e)"),
        ("{% raw %} and {{ x }}", "&#123;% raw %} and &#123;&#123; x }}"),
        ("at https://a.example/b_c.", "at <https://a.example/b_c>."),
        ("&lt; & co", "\\&lt; & co"),
        ("---", "\\---"),
        ("1990 was 3.5 years", "1990 was 3.5 years"),
    ],
)
def test_text_becomes_markdown(text: str, markdown: str) -> None:
    assert articles.as_markdown(text) == markdown


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_what_is_written_is_what_readers_see(text: str) -> None:
    plain = " ".join(f"&lt; {text} &amp;".split())
    assert " ".join(words_of_html(articles.html_of(plain)).split()) == plain
    assert " ".join(words_of_markdown(articles.as_markdown(plain)).split()) == plain


def test_an_address_belongs_to_one_occurrence() -> None:
    one, again, other = (
        articles.slug_for("Masts & sails!", ACCOUNT, key) for key in ("1", "1", "2")
    )
    assert one == again != other
    assert one.startswith("masts-sails-")
    assert articles.slug_for("桅杆", ACCOUNT, "1").isalnum()
    assert len(articles.slug_for("x" * 300, ACCOUNT, "1")) < 80


@pytest.mark.parametrize(
    "typed", ["", "ftp://a.example", "http://a.example", "https://a.example?b"]
)
def test_what_is_no_safe_address_is_refused(typed: str) -> None:
    with pytest.raises(ChannelError) as caught:
        articles.site_address(typed)
    assert caught.value.field == "site"


def test_a_sites_folder_is_kept() -> None:
    assert articles.site_address(" blog.example/news/ ") == "https://blog.example/news"
