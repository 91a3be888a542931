"""Topics of the user's own, by phrases and by examples, in files that `newsloom topics train` writes."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.enrich.topic_words import words_of
from services.runtime.commas import parts
from services.runtime.errors import UsageError

SURE = 0.95
"""Score of a topic one of whose phrases an article has."""
CUT = 0.5
"""Topics by examples that are less sure are left out."""


_PLAINLY = {
    "tuple_type": 'a list is expected, such as ["own:ferries"]',
    "extra_forbidden": "no field is called so",
    "string_too_short": "must not be empty",
    "missing": "this field is missing",
}
"""Faults as people who write such files would say them, by pydantic's names."""


class TopicModelBroken(UsageError):
    """A file that NEWSLOOM_TOPIC_MODELS names is missing or is none that `newsloom topics train` wrote."""


class OwnTopic(BaseModel):
    """A topic: any of `phrases` makes it sure, else logistic regression over the words that occur."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    phrases: tuple[str, ...] = ()
    weights: Mapping[str, float] = {}
    bias: float = 0.0


class TopicFile(BaseModel):
    """What stands in a file: `name` and `version` go on each article."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    version: str
    topics: tuple[OwnTopic, ...]


@dataclass(frozen=True)
class OwnTopics:
    """The topics of some files."""

    files: Sequence[TopicFile] = ()

    @property
    def models(self) -> list[str]:
        """Name and version of each file."""
        return [f"{file.name} {file.version}" for file in self.files]

    @cached_property
    def _rules(self) -> list[tuple[OwnTopic, re.Pattern[str] | None]]:
        return [(topic, _pattern(topic.phrases)) for file in self.files for topic in file.topics]

    def scores(self, text: str) -> dict[tuple[str, str], float]:
        """Scores by id and name of the topics that `text` is about."""
        if not self.files:
            return {}
        words = set(words_of(text))
        found: dict[tuple[str, str], float] = {}
        for topic, pattern in self._rules:
            score = SURE if pattern and pattern.search(text) else probability(topic, words)
            if score >= CUT:
                found[topic.id, topic.name] = max(score, found.get((topic.id, topic.name), 0))
        return found


def probability(topic: OwnTopic, words: set[str]) -> float:
    """By the topic's weights, of a text with these words; 0 without weights."""
    known = [topic.weights[word] for word in words if word in topic.weights]
    if not known:
        return 0.0
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, topic.bias + sum(known) / math.sqrt(len(known))))))


def _pattern(phrases: Sequence[str]) -> re.Pattern[str] | None:
    """Any of `phrases` as whole words, whatever their case and the white space in them."""
    each = (r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE) if phrases else None


def load_topics(paths: str) -> OwnTopics:
    """The files in `paths`, separated by commas. Raises TopicModelBroken."""
    return OwnTopics([_load(Path(path).expanduser()) for path in parts(paths)])


def _load(path: Path) -> TopicFile:
    try:
        return TopicFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TopicModelBroken(f"NEWSLOOM_TOPIC_MODELS names {path}: {error.strerror}") from None
    except ValidationError as error:
        raise TopicModelBroken(
            f"NEWSLOOM_TOPIC_MODELS names {path}, which `newsloom topics train` did not write: {first_fault(error)}"
        ) from None


def first_fault(error: ValidationError) -> str:
    """What is wrong first, and where."""
    fault = error.errors()[0]
    where, says = ".".join(map(str, fault["loc"])), _PLAINLY.get(fault["type"], fault["msg"])
    return f"{where}: {says}" if where else says
