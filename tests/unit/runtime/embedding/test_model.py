"""Models by folder and by package, both formats, and what is said when one is not there."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.embedding import TABLE, minilm, prompts, static_model

from services.runtime.embedding.model import DIGITS, Embedder, EmbeddingModelError, Vector, load_embedder


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    loaded = load_embedder(str(minilm(tmp_path_factory.mktemp("minilm"))))
    assert loaded
    return loaded


def cosine(one: Vector | None, other: Vector | None) -> float:
    assert one
    assert other
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_a_transformer_puts_texts_that_mean_the_same_close_together(real: Embedder) -> None:
    flood, water, cup = real.passages(["Heavy rain floods homes", "Downpour leaves houses under water", "A cup final"])
    assert real.dimensions == 384 == len(flood or ())
    assert cosine(flood, water) > 0.4 > 0.2 > cosine(flood, cup)
    assert math.isclose(cosine(flood, flood), 1, abs_tol=1e-3)
    assert all(round(number, DIGITS) == number for number in flood or ())
    assert len(real.version) == 12


def test_a_texts_vector_depends_little_on_what_it_is_batched_with(real: Embedder) -> None:
    # int8 weights: the scale of the activations is taken over the batch.
    alone, (beside, _) = real.passages(["Ferries return"])[0], real.passages(["Ferries return", "word " * 200])
    assert cosine(alone, beside) > 0.98


def test_a_static_model_takes_the_mean_of_the_words_it_knows(tmp_path: Path) -> None:
    loaded = load_embedder(str(static_model(tmp_path)))
    assert loaded
    assert loaded.passages(["ship", "ship snow", "walrus", "", "nothing"]) == [
        (1.0, 0.0, 0.0),
        (0.7071, 0.0, 0.7071),
        None,
        None,
        None,
    ]


def test_a_quantised_vocabulary_has_its_rows_and_weights(tmp_path: Path) -> None:
    folder = static_model(
        tmp_path,
        TABLE[1:4],
        mapping=np.array([0, 0, 1, 2, 2]),
        weights=np.array([1, 3, 1, 4, 1], dtype=np.float32),
    )
    loaded = load_embedder(str(folder))
    assert loaded
    assert loaded.query("ship snow") == (0.6, 0.0, 0.8)


def test_prompts_go_before_queries_and_passages(tmp_path: Path) -> None:
    prompts(static_model(tmp_path, name="embedding.weight"), query="snow ", passage="ship ")
    loaded = load_embedder(str(tmp_path))
    assert loaded
    assert loaded.query("walrus") == (0.0, 0.0, 1.0)
    assert loaded.passages(["walrus"]) == [(1.0, 0.0, 0.0)]


def test_the_version_is_of_the_weights_wherever_they_lie(tmp_path: Path) -> None:
    one, same = (load_embedder(str(static_model(tmp_path / name))) for name in ("one", "same"))
    other = load_embedder(str(static_model(tmp_path / "other", TABLE * 2)))
    assert one
    assert same
    assert other
    assert (one.name, one.version) == ("one", same.version)
    assert other.version != one.version


def test_a_package_may_carry_the_model_in_folders_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "carrying_one"
    static_model(package)
    for file, folder in (("tokenizer.json", "tokenizers"), ("model.safetensors", "weights")):
        (package / folder).mkdir()
        (package / file).rename(package / folder / f"large_{file}")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = load_embedder("carrying-one")
    assert loaded
    assert loaded.name == "carrying_one"
    assert "carrying_one" not in sys.modules


def test_no_name_is_no_model_and_imports_nothing() -> None:
    code = (
        "import sys, services.enrich.app, services.search.app\n"
        "from services.runtime.embedding.model import load_embedder\n"
        "assert load_embedder('') is None\n"
        "print({'onnxruntime', 'tokenizers', 'safetensors'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


class TestWhatIsSaid:
    @pytest.mark.parametrize("name", ["no_such_model", "/no/such/folder", "no.such", "json.tool"])
    def test_of_a_model_that_is_not_there(self, name: str) -> None:
        with pytest.raises(EmbeddingModelError, match=r"NEWSLOOM_EMBEDDING_MODEL names .* neither a folder nor"):
            load_embedder(name)

    def test_of_a_folder_without_weights_or_tokenizer(self, tmp_path: Path) -> None:
        with pytest.raises(EmbeddingModelError, match=r"has no model.onnx or model.safetensors"):
            load_embedder(str(tmp_path))
        (tmp_path / "model.onnx").write_bytes(b"x")
        with pytest.raises(EmbeddingModelError, match=r"has no tokenizer.json"):
            load_embedder(str(tmp_path))

    def test_of_broken_weights(self, tmp_path: Path) -> None:
        static_model(tmp_path)
        (tmp_path / "model.onnx").write_bytes(b"no model")
        with pytest.raises(EmbeddingModelError, match=r"model.onnx can not be loaded as a model: .*Protobuf"):
            load_embedder(str(tmp_path))

    def test_of_a_transformer_that_is_not_onnx(self, tmp_path: Path) -> None:
        static_model(tmp_path, name="encoder.layer.0.output.dense.weight")
        with pytest.raises(EmbeddingModelError, match="exported to ONNX"):
            load_embedder(str(tmp_path))

    def test_of_more_numbers_than_elasticsearch_takes(self, tmp_path: Path) -> None:
        static_model(tmp_path, np.ones((5, 4097), dtype=np.float32))
        with pytest.raises(EmbeddingModelError, match="4097 numbers; Elasticsearch takes at most 4096"):
            load_embedder(str(tmp_path))

    def test_where_the_extra_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        static_model(tmp_path)
        monkeypatch.setitem(sys.modules, "tokenizers", None)
        with pytest.raises(EmbeddingModelError, match=r"needs the extra `hybrid`.*pip install 'newsloom\[hybrid\]'"):
            load_embedder(str(tmp_path))
