import pytest

from services.runtime.commas import parts


@pytest.mark.parametrize(
    ("text", "found"), [("", []), (" , ,", []), ("a", ["a"]), (" a b ,, c ", ["a b", "c"]), ("\ta\n,b", ["a", "b"])]
)
def test_what_stands_between_commas(text: str, found: list[str]) -> None:
    assert parts(text) == found
