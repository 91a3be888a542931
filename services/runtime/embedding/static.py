"""A static model: a vector for each token of the vocabulary, and of a text the mean. Some fifty times as fast.

The tensors' names are those of model2vec (`embeddings`, with `mapping` and `weights` where the vocabulary is quantised)
and of sentence-transformers' StaticEmbedding (`embedding.weight`). https://github.com/MinishLab/model2vec
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load_file

from services.runtime.embedding.model import Encode

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TABLES = ("embeddings", "embedding.weight")


def encoder(folder: Path, weights: Path, tokenizer: "Tokenizer") -> Encode:
    """Vectors (texts, dimensions) of texts; zeros for a text without a known token. Raises ValueError."""
    tensors = load_file(weights)
    table = next((tensors[name] for name in TABLES if name in tensors), None)
    if table is None or table.ndim != 2:
        raise ValueError("no static embeddings; a transformer has to be exported to ONNX")
    rows = tensors.get("mapping", np.arange(len(table)))
    scale = tensors.get("weights", np.ones(len(rows), dtype=np.float32))
    unknown = _unknown(tokenizer)
    tokenizer.no_padding()

    def encode(texts: list[str]) -> "np.ndarray[Any, Any]":
        found = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
        for place, one in enumerate(tokenizer.encode_batch(texts, add_special_tokens=False)):
            ids = [i for i in one.ids if i != unknown and i < len(rows)]
            if ids:
                found[place] = (table[rows[ids]].astype(np.float32) * scale[ids, np.newaxis]).mean(axis=0)
        return found

    return encode


def _unknown(tokenizer: "Tokenizer") -> int | None:
    token = getattr(tokenizer.model, "unk_token", None)
    found: int | None = tokenizer.token_to_id(token) if isinstance(token, str) else None
    return found
