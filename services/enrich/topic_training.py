"""Topics of the user's own from rules and examples: what `newsloom topics train` makes of a file. Pure.

Each topic with examples becomes a logistic regression (with L2 penalty, by gradient descent) over which words occur,
against all examples that do not have it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from services.enrich.media_topics import NAMES, code
from services.enrich.own_topics import OwnTopic, TopicFile, first_fault, probability
from services.enrich.topic_words import words_of
from services.runtime.errors import UsageError

LEAST_EXAMPLES = 5
"""With a topic, and without it."""
MOST_EXAMPLES = 20_000
"""More would take more than a gigabyte of memory."""
_MOST_WORDS, _LEAST_TEXTS = 5000, 2
_STEPS, _RATE, _PENALTY = 400, 2.0, 0.002
_KNOWN = {code(two): name for two, name in NAMES.items()}
Floats = npt.NDArray[np.float64]


class Example(BaseModel):
    """A text and the ids (or names, which then are ids too) of its topics; none is fine. Other fields are ignored."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    body: str = ""
    text: str = ""
    topics: tuple[str, ...]

    @property
    def words(self) -> set[str]:
        return set(words_of(f"{self.title} {self.body} {self.text}"))

    @model_validator(mode="after")
    def _said(self) -> "Example":
        if not self.words:
            raise ValueError("an example needs a text, or a title and a body")
        return self


class Rule(BaseModel):
    """A topic that every article has in which one of `phrases` stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    name: str = Field("", description="the id, when absent")
    phrases: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)], ...] = ()


def read(entries: Iterable[tuple[str, Any]]) -> tuple[list[Rule], list[Example]]:
    """Rules (with an `id`) and examples (with `topics`) among entries (where, what). Raises UsageError."""
    rules: dict[str, Rule] = {}
    examples: list[Example] = []
    for where, entry in entries:
        try:
            if isinstance(entry, dict) and "id" in entry and "topics" not in entry:
                rule = Rule.model_validate(entry)
                if rule.id in rules:
                    raise UsageError(f"{where}: a second rule {rule.id!r}; put all its phrases into one")
                rules[rule.id] = rule
            else:
                examples.append(Example.model_validate(entry))
        except ValidationError as error:
            raise UsageError(f"{where}: {first_fault(error)}") from None
        if len(examples) > MOST_EXAMPLES:
            raise UsageError(f"{where}: more than {MOST_EXAMPLES:,} examples; take a sample of them")
    return list(rules.values()), examples


def train(name: str, version: str, rules: Sequence[Rule], examples: Sequence[Example]) -> TopicFile:
    """The model of `rules` and `examples`. Raises UsageError when a topic has too few examples and no phrase."""
    named = {rule.id: rule for rule in rules}
    by_name = {rule.name: rule.id for rule in rules if rule.name} | {name: id_ for id_, name in _KNOWN.items()}
    labels = [{by_name.get(topic, topic) for topic in example.topics} for example in examples]
    texts = [example.words for example in examples]
    made = []
    for id_ in sorted({*named, *(topic for given in labels for topic in given)}):
        rule = named.get(id_, Rule(id=id_, name=""))
        has = [id_ in given for given in labels]
        _check(rule, any(has))
        weights, bias = _fit(id_, texts, has) if any(has) else ({}, 0.0)
        title = rule.name or _KNOWN.get(id_, id_)
        made.append(OwnTopic(id=id_, name=title, phrases=rule.phrases, weights=weights, bias=bias))
    if not made:
        raise UsageError("there is neither a rule nor an example in it")
    return TopicFile(name=name, version=version, topics=tuple(made))


def _check(rule: Rule, has_examples: bool) -> None:
    if rule.id.startswith("medtop:") and rule.id not in _KNOWN:
        raise UsageError(f"{rule.id!r} is no Media Topic of the top level; those are {', '.join(_KNOWN)}")
    if not (rule.phrases or has_examples):
        raise UsageError(f"topic {rule.id!r} has neither phrases nor examples, so no article would ever have it")


def held_out(examples: Sequence[Example], rules: Sequence[Rule]) -> dict[str, tuple[int, int, int]]:
    """By topic: hits, found and labelled among each fifth example, by a model of the others; empty when too few."""
    rest = [example for i, example in enumerate(examples) if i % 5]
    counts: dict[str, tuple[int, int, int]] = {}
    try:
        model = train("held out", "0", rules, rest)
    except UsageError:
        return counts
    ids = {topic.name: topic.id for topic in model.topics}
    for topic in (t for t in model.topics if t.weights):
        pairs = [
            (topic.id in {ids.get(t, t) for t in e.topics}, probability(topic, e.words) >= 0.5) for e in examples[::5]
        ]
        counts[topic.id] = (sum(a and b for a, b in pairs), sum(b for _, b in pairs), sum(a for a, _ in pairs))
    return counts


def _fit(id_: str, texts: Sequence[set[str]], has: Sequence[bool]) -> tuple[dict[str, float], float]:
    if min(sum(has), len(has) - sum(has)) < LEAST_EXAMPLES:
        raise UsageError(
            f"topic {id_!r} has {sum(has)} examples, and {len(has) - sum(has)} are without it; "
            f"{LEAST_EXAMPLES} of each are needed"
        )
    counted = Counter(word for text in texts for word in text)
    words = sorted(w for w, times in counted.most_common(_MOST_WORDS) if _LEAST_TEXTS <= times < 0.9 * len(texts))
    place = {word: i for i, word in enumerate(words)}
    x: Floats = np.zeros((len(texts), len(words)))
    for row, text in enumerate(texts):
        x[row, [place[word] for word in text if word in place]] = 1
    x /= np.sqrt(np.maximum(x.sum(axis=1, keepdims=True), 1))
    y = np.array(has, dtype=float)
    balance = np.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    weights, bias = np.zeros(len(words)), 0.0
    for _ in range(_STEPS):
        off = balance * (1 / (1 + np.exp(-(x @ weights + bias))) - y) / len(y)
        weights -= _RATE * len(y) * (x.T @ off / max(1.0, len(y) ** 0.5) + _PENALTY * weights / len(y))
        bias -= _RATE * float(off.sum())
    return {word: round(float(w), 4) for word, w in zip(words, weights, strict=True) if abs(w) > 1e-3}, round(bias, 4)
