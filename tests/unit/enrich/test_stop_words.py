import subprocess
import sys

import pytest

from services.enrich.stop_words import FILLERS, stop_words


@pytest.mark.parametrize(
    ("language", "word"), [("en", "the"), ("en", "said"), ("en", "mr"), ("de", "und"), ("no", "ikke")]
)
def test_words_that_say_nothing(language, word):
    assert word in stop_words(language)


@pytest.mark.parametrize("language", ["und", "xx", "", "../en"])
def test_a_language_without_a_list_has_none(language):
    assert stop_words(language) == frozenset()


def test_fillers_are_lower_case_words():
    assert all(word == word.lower() and word.strip() for words in FILLERS.values() for word in words)


def test_a_list_does_not_bring_its_tokenizer_which_takes_seconds_in_french():
    told = "import sys; from services.enrich.stop_words import stop_words; "
    told += "assert 'est' in stop_words('fr'); print('spacy.lang.fr' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "False"
