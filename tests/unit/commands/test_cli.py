"""The command line as a whole."""

import importlib.metadata

from typer.testing import CliRunner

from services.cli import COMMANDS, application


def test_the_version_is_printed_without_a_command() -> None:
    result = CliRunner().invoke(application(), ["--version"])
    assert (result.exit_code, result.output) == (0, importlib.metadata.version("newsloom") + "\n")


def test_every_command_is_there_and_has_help() -> None:
    said = CliRunner().invoke(application(), ["--help"]).output
    assert "Sources of news in" in said
    assert not [command for command in COMMANDS if command not in said]
