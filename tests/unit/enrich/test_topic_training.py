import pytest

from services.enrich.own_topics import OwnTopics
from services.enrich.topic_training import held_out, read, train
from services.runtime.errors import UsageError

BOATS = [f"The boat {word} with a new keel and sails" for word in ("left", "sank", "came", "won", "lay", "ran", "hid")]
TAXES = [f"The tax {word} by a new law of finance" for word in ("rose", "fell", "came", "went", "ended", "grew", "was")]
EXAMPLES = [{"text": t, "topics": ["boats"]} for t in BOATS] + [{"title": t, "body": "", "topics": []} for t in TAXES]


def entries(*items):
    return [(f"line {number}", item) for number, item in enumerate(items, 1)]


def test_examples_make_a_topic_that_other_texts_have():
    rules, examples = read(entries({"id": "boats", "name": "Boats"}, *EXAMPLES))
    own = OwnTopics([train("ours", "1", rules, examples)])
    assert list(own.scores("a keel and the sails of a boat")) == [("boats", "Boats")]
    assert own.scores("a law on tax and finance") == {}


def test_media_topics_go_by_name_too():
    given = [{"text": text, "topics": ["sport"]} for text in BOATS] + EXAMPLES[7:]
    model = train("ours", "1", [], read(entries(*given))[1])
    assert [(topic.id, topic.name) for topic in model.topics] == [("medtop:15000000", "sport")]


def test_what_is_left_out_tells_how_good_it_is():
    rules, examples = read(entries(*(EXAMPLES[i // 2 + i % 2 * 7] for i in range(14))))
    hits, found, labelled = held_out(examples, rules)["boats"]
    assert (hits, labelled) == (found, 2)
    assert held_out(examples[:3], rules) == {}


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"topics": ["x"]}, "line 1: .*needs a text"),
        ({"text": "a"}, "line 1: topics"),
        ({"id": ""}, "line 1: id"),
        ("text", "line 1"),
    ],
)
def test_what_is_neither_rule_nor_example_is_said(item, says):
    with pytest.raises(UsageError, match=says):
        read(entries(item))


def test_too_few_examples_and_nothing_at_all_are_errors():
    with pytest.raises(UsageError, match="5 of each are needed"):
        train("ours", "1", [], read(entries(*EXAMPLES[:8]))[1])
    with pytest.raises(UsageError, match="neither"):
        train("ours", "1", [], [])


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"id": "a", "phrasez": ["b"]}, "line 1: phrasez: no field is called so"),
        ({"id": "a", "phrases": ["b", " "]}, "line 1: phrases.1: must not be empty"),
        ({"text": "a", "topics": "b"}, "line 1: topics: a list is expected"),
        ({"text": "a"}, "line 1: topics: this field is missing"),
    ],
)
def test_faults_are_said_plainly(item, says):
    with pytest.raises(UsageError, match=says):
        read(entries(item))


def test_a_second_rule_of_one_id_is_an_error():
    with pytest.raises(UsageError, match="line 2: a second rule 'a'"):
        read(entries({"id": "a", "phrases": ["b"]}, {"id": "a", "phrases": ["c"]}))


def test_too_many_examples_are_an_error(monkeypatch):
    monkeypatch.setattr("services.enrich.topic_training.MOST_EXAMPLES", 2)
    with pytest.raises(UsageError, match="line 3: more than 2 examples"):
        read(entries(*EXAMPLES[:3]))


@pytest.mark.parametrize(
    ("rule", "says"),
    [({"id": "a"}, "neither phrases nor examples"), ({"id": "medtop:99000000", "phrases": ["b"]}, "no Media Topic")],
)
def test_rules_that_can_not_work_are_errors(rule, says):
    with pytest.raises(UsageError, match=says):
        train("ours", "1", *read(entries(rule)))
