"""`newsloom topics train`: subjects of the user's own from rules and examples."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
import yaml

from services.commands.output import console
from services.runtime.errors import UsageError
from services.runtime.settings import load_settings


def train(
    file: Annotated[Path, typer.Argument(help="NDJSON of examples and rules, or YAML: a list of them")],
    out: Annotated[
        Path | None, typer.Option("--out", help="the model to write; default: NAME.topics.json in NEWSLOOM_HOME")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="of the model, as articles say it")] = "own-topics",
) -> None:
    """Make topics of your own: rules with `id`, `name`, `phrases` (a list; any of them will do), and examples with
    `text`, or `title` and `body`, and `topics` (a list of ids).

    Enrich adds them to the topics of articles once NEWSLOOM_TOPIC_MODELS names the file that this writes.
    """
    # Here, not above: numpy and what else enrich needs take a while to import, and `newsloom topics` needs none of it.
    from services.enrich.topic_training import held_out, read
    from services.enrich.topic_training import train as trained

    rules, examples = read(_entries(file))
    model = trained(name, datetime.now(UTC).strftime("%Y-%m-%d"), rules, examples)
    target = (out or load_settings().home / f"{name}.topics.json").expanduser()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(model.model_dump_json() + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can not write {target}: {error.strerror}") from None
    console.print(f"{target}, of {len(rules)} rules and {len(examples)} examples:", markup=False, soft_wrap=True)
    for made in model.topics:
        how = f"{len(made.phrases)} phrases, {len(made.weights)} words of examples"
        console.print(f"{made.id} ({made.name}): {how}", markup=False, soft_wrap=True)
    for topic, (hits, found, labelled) in held_out(examples, rules).items():
        line = f"{topic}: of each fifth example, left out, {labelled} have it; {found} found, {hits} rightly"
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"To use it: NEWSLOOM_TOPIC_MODELS={target}", markup=False, soft_wrap=True)


def _entries(file: Path) -> Iterator[tuple[str, Any]]:
    """(where, what) of each rule and example. Raises UsageError."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"can not read {file}: {getattr(error, 'strerror', None) or 'it is no UTF-8'}") from None
    if file.suffix in (".yaml", ".yml"):
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UsageError(f"{file} is no YAML: {' '.join(str(error).split())[:300]}") from None
        if not isinstance(found, list):
            raise UsageError(f"{file}: expected a list of rules and examples")
        yield from ((f"{file}, entry {number}", entry) for number, entry in enumerate(found, 1))
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield f"{file}, line {number}", orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise UsageError(
                    f"{file}, line {number}: not JSON ({error}); a file of YAML is called *.yaml"
                ) from None
