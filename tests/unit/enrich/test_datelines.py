import pytest

from services.enrich.datelines import with_datelines
from services.enrich.spans import Span


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("MENDOTA 1996-12-05\nThree people died.", "MENDOTA"),
        ("AL-AIN, United Arab Emirates 1996-12-06", "AL-AIN"),
        ("LOIKAW, Nov 3 (Reuters) - Rebels said", "LOIKAW"),
        ("NUKU ALOFA, 3 November - Ministers met", "NUKU ALOFA"),
        ("LAUTOKA (AFP) - Ministers met", "LAUTOKA"),
    ],
)
def test_the_place_at_the_start_of_agency_copy(text, place):
    assert [(text[s.start : s.end], s.type) for s in with_datelines(text, [])] == [(place, "place")]
    wrong = Span(0, len(place), "organisation")
    assert [s.type for s in with_datelines(text, [wrong])] == ["place"]


def test_what_the_alias_table_knows_stays():
    known = Span(0, 4, "organisation", "organisation:nato")
    assert with_datelines("NATO (AFP) - Ministers met", [known]) == [known]


@pytest.mark.parametrize(
    "text", ["FIRE DESTROYS MARKET IN ACCRA", "Lautoka (AFP) - Ministers met", "WHO IS NEXT, May asks"]
)
def test_other_lines_are_none(text):
    assert with_datelines(text, []) == []
