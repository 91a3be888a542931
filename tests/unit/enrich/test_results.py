from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrich.results import with_results
from services.enrich.spans import Span


def told(text, *spans):
    return [(text[s.start : s.end], s.type) for s in with_results(text, spans)]


def test_towns_that_play_are_teams_and_who_scores_is_a_person():
    text = "Leeds 1 (Sharpe 58, van Dalen 60 pen) Wimbledon 0. Halftime 0-0\nDerby 2 ( Stone 12 ) Hull 2"
    assert told(text, Span(0, 5, "place", "place:leeds")) == [
        ("Leeds", "organisation"), ("Sharpe", "person"), ("Wimbledon", "organisation"),
        ("Derby", "organisation"), ("Stone", "person"), ("Hull", "organisation"),
    ]  # fmt: skip


def test_countries_stay_places():
    text = "Germany 2 Ukraine 0\nEngland 1 Peru 1"
    spans = [Span(0, 7, "place", "place:germany"), Span(20, 27, "place", "place:england")]
    assert [s for s in with_results(text, spans) if s.known] == spans


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Anwar Daud c Croft b Cork 17", ["Anwar Daud", "Croft", "Cork"]),
        ("Bowling: Lewis 23-3-112-0, Mullally 37.1-7-97-3", ["Lewis", "Mullally"]),
        ("3 - Jiri Hal (Chad) beat 5 - Ola van der Berg (Peru) 7-5", ["Jiri Hal", "Ola van der Berg"]),
        ("1. Ludmila Stern ( Sweden ) 12.60", ["Ludmila Stern"]),
    ],
)
def test_players(text, names):
    assert [name for name, _ in told(text)] == names


@pytest.mark.parametrize("text", ["Article 1 Section 8", "Revenue 14 15 17\nProfit 3 4 5", "He ran 3 4 5 6"])
def test_other_lines_with_numbers_are_none(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Miami 14 4 .778 -\nNew York 10 6 .625 3", ["Miami", "New York"]),
        ("Boston 2 Oakland 1\nSeattle 10 Baltimore 3", ["Boston", "Oakland", "Seattle", "Baltimore"]),
        ("BOSTON AT TORONTO\nSEATTLE AT SAN DIEGO", ["BOSTON", "TORONTO", "SEATTLE", "SAN DIEGO"]),
    ],
)
def test_teams_where_half_of_the_lines_name_a_place(text, names):
    assert [name for name, _ in told(text, Span(0, len(names[0]), "place"))] == names


def test_a_dateline_is_no_result():
    london = Span(0, 6, "place")
    assert with_results("LONDON 1996 - 08 - 30", [london]) == [london]


def test_one_line_is_enough_where_a_place_is_named():
    assert told("Leeds 1 Newcastle 0", Span(0, 5, "place")) == [
        ("Leeds", "organisation"),
        ("Newcastle", "organisation"),
    ]


@given(st.lists(st.sampled_from(["Leeds", "New", "York", "1", "0-0", "(", ")", "c", "b", "AT", "beat", ".", "\n"])))
def test_any_text_gives_spans_in_order_without_overlaps(words):
    spans = with_results(" ".join(words), [])
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_results_are_read_by_the_model_though_they_have_few_stop_words(found):
    rows = "\n".join(f"{i}. Amina Odhiambo (Kenya) 1:{i:02} Ana Moreira (Brazil) 2:{i:02} walk" for i in range(10, 24))
    assert found(rows)["Ana Moreira"][0] == "person"
