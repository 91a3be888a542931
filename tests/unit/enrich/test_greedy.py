import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.greedy import Greedy, fits
from services.enrich.models import located, reader

WORDS = ["Ana", "Moreira", "University", "of", "the", "Lima", "U.N.", "said", ",", ".", "\t ", "  ", "12", "May", "'s"]

LAYERS = {"@architectures": "spacy.TransitionBasedParser.v2"}


@pytest.fixture(scope="module")
def plain():
    return spacy.load(located("en_newsloom_news"))


def by_spacy(nlp, texts):
    return [[(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in nlp.pipe(texts)]


@given(texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), max_size=5))
def test_it_finds_what_spacy_finds(models, plain, texts):
    assert list(models.readers["en"](texts)) == by_spacy(plain, texts)


def test_names_at_the_edges_of_texts(models, plain):
    texts = ["", "Lima", "Ana Moreira", " ", "spoke to Ana Moreira", "Bank of the Republic of Costa Verde", ""]
    found = list(models.readers["en"](texts))
    assert found == by_spacy(plain, texts)
    assert found[1:3] == [[(0, 4, "GPE")], [(0, 11, "PERSON")]]


def test_no_texts(models):
    assert list(models.readers["en"]([])) == []


@pytest.mark.parametrize(("factory", "config"), [("beam_ner", {}), ("ner", {"model": {**LAYERS, "use_upper": False}})])
def test_another_kind_of_component_is_read_by_spacy(factory, config):
    nlp = spacy.blank("it")
    nlp.add_pipe(factory, name="ner", config=config).add_label("PER")
    nlp.initialize()
    assert not fits(nlp)
    texts = ["Ciao Anna", ""]
    assert list(reader(nlp)(texts)) == by_spacy(nlp, texts)


def test_a_component_that_knows_no_label_finds_nothing():
    nlp = spacy.blank("it")
    nlp.add_pipe("ner")
    nlp.initialize()
    assert isinstance(reader(nlp), Greedy)
    assert list(reader(nlp)(["Ciao Anna"])) == [[]]
