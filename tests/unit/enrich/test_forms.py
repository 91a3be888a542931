import pytest

from services.enrich.forms import alike, roots_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("drone", "drones"),
        ("city", "city"),
        ("library", "libraries"),
        ("box", "boxes"),
        ("cosecha", "cosechas"),
        ("заповедник", "заповеднике"),
    ],
)
def test_forms_of_one_word(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), [("war", "ward"), ("car", "cargo"), ("form", "formation")])
def test_other_words(one, other):
    assert not alike(one, other)


def test_each_word_has_the_shortest_of_its_forms():
    assert roots_of(["drones", "drone", "wheat", "drone"]) == {"drone": "drone", "drones": "drone", "wheat": "wheat"}
    assert roots_of([]) == {}
