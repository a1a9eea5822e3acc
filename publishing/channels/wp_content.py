"""What an article on a wp-json site is made of: blocks, uploaded files, tags, categories."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from . import articles
from .base import Limits, Payload, Session
from .errors import ChannelError
from .rest import Answer, Rest, count
from .wp import API


def paragraphs(text: str, *, blocks: bool) -> str:
    """Paragraphs as the block editor keeps them, or plain for comments."""
    parts = [f"<p>{articles.as_html(each)}</p>" for each in articles.paragraphs(text)]
    if not blocks:
        return "\n\n".join(articles.as_html(each) for each in articles.paragraphs(text))
    return "\n\n".join(f"<!-- wp:paragraph -->\n{each}\n<!-- /wp:paragraph -->" for each in parts)


def is_featured(media: list[dict[str, Any]]) -> bool:
    """Whether the first file is a picture, which then heads the post."""
    return bool(media) and str(media[0]["type"]).startswith("image/")


def gallery(media: list[dict[str, Any]]) -> str:
    """The other pictures and videos under the text, as blocks."""
    pictures = [_picture(each) for each in media if str(each["type"]).startswith("image/")]
    videos = [_video(each) for each in media if str(each["type"]).startswith("video/")]
    if len(pictures) > 1:
        inside = "\n\n".join(pictures)
        pictures = [
            '<!-- wp:gallery {"linkTo":"none"} -->\n<figure class="wp-block-gallery '
            f'has-nested-images columns-default is-cropped">{inside}</figure>\n'
            "<!-- /wp:gallery -->"
        ]
    return "".join(f"\n\n{each}" for each in [*pictures, *videos])


def _picture(file: Mapping[str, Any]) -> str:
    number = int(file["id"])
    image = articles.html_image(file["url"], file["alt"], f' class="wp-image-{number}"')
    return (
        f'<!-- wp:image {{"id":{number},"sizeSlug":"large","linkDestination":"none"}} -->\n'
        f'<figure class="wp-block-image size-large">{image}</figure>\n<!-- /wp:image -->'
    )


def _video(file: Mapping[str, Any]) -> str:
    return (
        f'<!-- wp:video {{"id":{int(file["id"])}}} -->\n<figure class="wp-block-video">'
        f'<video controls src="{html.escape(file["url"])}"></video></figure>\n<!-- /wp:video -->'
    )


def changed(answer: Answer, session: Session) -> list[str]:
    """A note when the site kept other words: roles without unfiltered HTML lose some silently."""
    kept, sent = answer.dig("content", "raw"), session.handle.get("content")
    if not isinstance(kept, str) or not sent or articles.same_words([kept], [sent]):
        return []
    return ["The site changed the text when it stored it; look at the post there."]


def upload(rest: Rest, payload: Payload, session: Session, limits: Limits) -> None:
    def send(number: int, data: bytes, kind: str, alt: str) -> Mapping[str, Any]:
        name = f"{payload['slug']}-{number}.{kind.rpartition('/')[2]}"
        answer = rest.call(
            "POST",
            f"{API}/media",
            files={"file": (name, data, kind)},
            data={"alt_text": alt, "title": alt[:100] or payload["title"]},
        )
        if count(answer.dig("id")) is None or not answer.dig("source_url"):
            raise articles.not_now(rest.label)
        return {"id": answer.dig("id"), "url": answer.dig("source_url")}

    articles.upload_each(payload, session, limits, send)


def save_terms(rest: Rest, payload: Payload, session: Session) -> None:
    tags = [_tag(rest, name) for name in payload["tags"]]
    categories = [_category(rest, name) for name in payload["categories"]]
    session.save_handle({**session.handle, "tags": tags, "categories": categories})


def _tag(rest: Rest, name: str) -> int:
    """The id of a tag, made where the site has none of that name."""
    try:
        answer = rest.call("POST", f"{API}/tags", json={"name": name})
    except ChannelError as error:
        known = error.extra.get("detail", "")
        if error.code == "term_exists" and known.isdigit():
            return int(known)
        raise
    tag = count(answer.dig("id"))
    if tag is None:
        raise articles.not_now(rest.label)
    return tag


def _category(rest: Rest, name: str) -> int:
    answer = rest.get(f"{API}/categories", {"search": name, "per_page": 100})
    for each in articles.list_of(answer):
        if html.unescape(str(each.get("name"))).casefold() == name.casefold():
            return int(each["id"])
    raise ChannelError(
        f"The site has no category “{name}”: write one that it has, or make it there.",
        permanent=True,
        code="no_category",
    )


def post_by_id(rest: Rest, number: int | None) -> Mapping[str, Any] | None:
    if number is None:
        return None
    try:
        answer = rest.get(f"{API}/posts/{number}")
    except ChannelError as error:
        if error.code == "rest_post_invalid_id":
            return None
        raise
    if count(answer.dig("id")) is None:
        raise articles.not_now(rest.label)
    post: Mapping[str, Any] = answer.body
    return post


def post_by_slug(rest: Rest, slug: str) -> Mapping[str, Any] | None:
    query = {"slug": slug, "status": "any", "context": "edit"}
    answer = rest.get(f"{API}/posts", query)
    if not isinstance(answer.body, list):
        raise articles.not_now(rest.label)
    ours = (each for each in articles.list_of(answer) if each.get("slug") == slug)
    return next(ours, None)


def address_of(post: Mapping[str, Any], server: str) -> str:
    """Where the post stands, as the site says; every site knows its posts by their number too."""
    return articles.web_link(post.get("link")) or f"{server}/?p={post['id']}"
