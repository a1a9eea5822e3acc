"""What every embedding in Warren looks like: 768 float32 numbers of unit length."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from config.kernel.embeddings.dimensions import DIMENSIONS as DIMENSIONS

Vectors: TypeAlias = NDArray[np.float32]


def unit(rows: Vectors) -> Vectors:
    """Zero-pad to 768 columns and scale every row to length 1; a zero row becomes a fixed unit row.

    Zero-padding changes no cosine between rows of one model. Shapes: (n, d <= 768) float32 in,
    (n, 768) float32 out. Raises ValueError for wider rows and for numbers that are not finite.
    """
    if rows.ndim != 2 or rows.shape[1] > DIMENSIONS:
        raise ValueError(f"Expected (n, at most {DIMENSIONS}) numbers, got {rows.shape}.")
    if not np.isfinite(rows).all():
        raise ValueError("The embedding holds numbers that are not finite.")
    padded = np.zeros((rows.shape[0], DIMENSIONS), dtype=np.float32)
    padded[:, : rows.shape[1]] = rows
    lengths = np.linalg.norm(padded, axis=1)
    # An empty text has no direction; a fixed one keeps "unit length" true for every stored row.
    padded[lengths == 0.0, 0] = 1.0
    lengths[lengths == 0.0] = 1.0
    scaled: Vectors = padded / lengths[:, None].astype(np.float32)
    return scaled
