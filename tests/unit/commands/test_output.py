"""How commands print."""

import json

import pytest

from services.commands.output import print_json, print_line


def test_json_is_a_document_and_a_line_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"é": [1, None]})
    print_line({"a": "x\ny"})
    out = capsys.readouterr().out
    first, line = out[: out.index("}\n") + 2], out[out.index("}\n") + 2 :]
    assert json.loads(first) == {"é": [1, None]}
    assert "é" in first
    assert line.count("\n") == 1
    assert json.loads(line) == {"a": "x\ny"}
