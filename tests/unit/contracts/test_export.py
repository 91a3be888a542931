"""What is generated is up to date, and the check says so when it is not."""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from services.contracts import export
from services.contracts.messages import Entity, Hints, Mention, Message, Origin, PageMessage, Source, Step, Tag
from services.contracts.tables import field_table, table, type_name, with_section


def test_the_files_in_the_repository_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert export.main(["--check"]) == 0, capsys.readouterr().err


@pytest.fixture
def project(tmp_path: Path) -> Path:
    export.write({Path("docs/a.md"): "new\n", export.SCHEMAS / "news.a.v1.json": "{}\n"}, tmp_path)
    return tmp_path


def test_writing_twice_changes_nothing(project: Path) -> None:
    made = {Path("docs/a.md"): "new\n", export.SCHEMAS / "news.a.v1.json": "{}\n"}
    assert export.stale(made, project) == []
    assert export.write(made, project) == []


def test_check_names_what_is_stale_missing_or_orphaned(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = {Path("docs/a.md"): "newer\n", Path("docs/b.md"): "b\n"}
    assert export.run(made, check=True, root=project) == 1
    said = capsys.readouterr().err
    assert "docs/a.md is stale\n" in said
    assert "docs/b.md is missing\n" in said
    assert "services/contracts/schemas/news.a.v1.json belongs to no topic\n" in said
    assert "`make generated` writes them anew" in said
    assert (project / "docs/a.md").read_text() == "new\n", "checking writes nothing"


def test_writing_mends_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = {Path("docs/a.md"): "newer\n"}
    assert export.run(made, check=False, root=project) == 0
    assert "written: docs/a.md is stale" in capsys.readouterr().err
    assert export.run(made, check=True, root=project) == 0


def test_main_takes_what_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert export.main(["--check"], make=lambda: {Path("docs/none.md"): ""}) == 1
    assert "docs/none.md is missing" in capsys.readouterr().err


def test_section_is_replaced_and_nothing_else() -> None:
    text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n"
    assert with_section(text, "x", "new \\1\n") == "a\n<!-- begin x -->\nnew \\1\n<!-- end x -->\nb\n"
    with pytest.raises(ValueError, match="expected one section <!-- begin y -->"):
        with_section(text, "y", "")


def test_table_escapes_bars() -> None:
    assert table(("a", "b"), [("1|2", 3)]) == "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |\n"


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (str, "text"),
        (str | None, "text"),
        (tuple[str, ...], "list of text"),
        (dict[str, float], "object of number"),
        (Annotated[int, Field(ge=0)], "integer"),
        (Origin, "Origin"),
        (tuple[Origin, ...], "list of Origin"),
    ],
)
def test_type_names(annotation: object, name: str) -> None:
    assert type_name(annotation) == name


def test_field_table_names_needed_fields_and_puts_the_common_ones_last() -> None:
    lines = field_table(PageMessage, leave_out=("trail",)).splitlines()
    assert lines[2] == "| `url` | text | yes | the article's address; names it for good |"
    assert lines[-1].startswith("| `schema` | `1` |  |")
    assert not any("trail" in line for line in lines)


def test_plug_in_page_lists_every_field() -> None:
    text = (export.ROOT / export.PLUG_IN).read_text()
    for name in set(PageMessage.model_fields) - set(Message.model_fields):
        assert f"| `{name}` |" in text


def test_parts_of_messages_are_described() -> None:
    text = (export.ROOT / "docs/topics.md").read_text()
    for model in (Step, Hints, Source, Mention, Entity, Tag, Origin):
        assert f"## {model.__name__}\n{model.__doc__}" in text
