"""Languages: of whole texts, among close kin, and what a page's own word counts for."""

import importlib
import pkgutil
from pathlib import Path

import pytest
import spacy.lang
import yaml

from services.clean.kin import kin_of, nearer
from services.clean.language import detect_language, normalise_code

KIN: dict[str, str] = yaml.safe_load(Path(__file__).with_name("kin.yaml").read_text("utf-8"))


@pytest.mark.parametrize("language", KIN)
def test_close_kin_are_told_apart(language: str) -> None:
    code, confidence = detect_language(KIN[language])
    assert code == language
    assert 0.2 < confidence <= 1


@pytest.mark.parametrize("language", KIN)
def test_words_and_letters_overrule_a_model_that_took_the_kin(language: str) -> None:
    for wrong in kin_of(language) & KIN.keys():
        assert nearer(KIN[language], wrong)[0] == language


def test_a_language_without_kin_is_left_alone() -> None:
    assert nearer("Il ponte è stato riaperto lunedì.", "it") == ("it", 0, 0)
    assert kin_of("it") == {"it"}


def test_among_kin_the_page_decides_where_the_text_does_not() -> None:
    same = "Her er en by med en havn, en bro, en park, en skole og en kirke. " * 3
    assert {detect_language(same, said)[0] for said in ("da-DK", "nb")} == {"da", "no"}
    assert detect_language(KIN["da"], "nb")[0] == "da"
    assert detect_language(KIN["da"], "en")[0] == "da"


def test_ethiopic_word_spaces() -> None:
    assert detect_language("የሰው፡ልጅ፡ሁሉ፡ሲወለድ፡ነጻና፡በክብርና፡በመብትም፡እኩልነት፡ያለው፡ነው።")[0] == "am"


def test_the_examples_of_every_language_that_spacy_knows() -> None:
    """The short form of benchmarks/bench_language.py; Yoruba is the one that the model does not tell."""
    wrong = set()
    for module in pkgutil.iter_modules(spacy.lang.__path__):
        code = normalise_code(module.name)
        if code is None or importlib.util.find_spec(f"spacy.lang.{module.name}.examples") is None:
            continue
        text = " ".join(importlib.import_module(f"spacy.lang.{module.name}.examples").sentences)
        if len(text) > 200 and detect_language(text)[0] != code:
            wrong.add(code)
    assert wrong <= {"yo", "lg", "ti", "tn"}, "lg, ti and tn have no name in the model"
