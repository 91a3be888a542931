"""A transformer as ONNX: tokens to vectors, pooled as the model's own configuration says.

Pooling as in sentence-transformers: the mean over the tokens that are none of padding, or the first token's vector.
https://sbert.net/docs/package_reference/sentence_transformer/modules.html (Pooling)
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from services.runtime.embedding.model import Encode, read_json

if TYPE_CHECKING:
    from tokenizers import Tokenizer

POOLED = "sentence_embedding"
"""Name of the output of a model that pools by itself."""


def encoder(folder: Path, weights: Path, tokenizer: "Tokenizer") -> Encode:
    """Vectors (texts, dimensions) of texts, by one thread: a worker process has one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    inputs = {one.name for one in session.get_inputs()}
    outputs = [one.name for one in session.get_outputs()]
    output = POOLED if POOLED in outputs else outputs[0]
    first = _takes_first(read_json(folder / "1_Pooling" / "config.json"))
    padding = tokenizer.padding or {}
    tokenizer.enable_padding(pad_id=padding.get("pad_id", 0), pad_token=padding.get("pad_token", "[PAD]"))

    def encode(texts: list[str]) -> "np.ndarray[Any, Any]":
        encoded = tokenizer.encode_batch(texts)
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        found = session.run([output], {name: given[name] for name in inputs})[0]
        return pool(found, mask, first) if found.ndim == 3 else found

    return encode


def pool(states: "np.ndarray[Any, Any]", mask: "np.ndarray[Any, Any]", first: bool) -> "np.ndarray[Any, Any]":
    """(texts, tokens, dimensions) to (texts, dimensions), without what `mask` (texts, tokens) has as 0."""
    if first:
        pooled: np.ndarray[Any, Any] = states[:, 0]
        return pooled
    kept = mask[..., np.newaxis].astype(states.dtype)
    mean: np.ndarray[Any, Any] = (states * kept).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)
    return mean


def _takes_first(pooling: dict[str, Any]) -> bool:
    return bool(pooling.get("pooling_mode_cls_token")) or pooling.get("pooling_mode") == "cls"
