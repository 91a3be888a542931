import pytest

from services.enrich.own_topics import SURE, OwnTopic, OwnTopics, TopicFile, TopicModelBroken, load_topics
from services.enrich.topics import model_name, topics

FERRIES = OwnTopic(id="own:ferries", name="Ferries", phrases=("post boat", "ferry"))
SPORT = OwnTopic(id="medtop:15000000", name="Sport of ours", phrases=("rowing",))
OWN = OwnTopics([TopicFile(name="ours", version="3", topics=(FERRIES, SPORT))])


@pytest.mark.parametrize("text", ["The Post\n boat came", "a ferry.", "FERRY"])
def test_any_phrase_in_any_case_makes_a_topic_sure(text):
    assert OWN.scores(text) == {("own:ferries", "Ferries"): SURE}


def test_parts_of_words_are_no_phrase():
    assert OWN.scores("ferryman and post boats") == {}


def test_words_with_weights_decide_where_no_phrase_does():
    topic = OwnTopic(id="x", name="X", weights={"keel": 4.0, "tax": -4.0})
    own = OwnTopics([TopicFile(name="n", version="1", topics=(topic,))])
    assert own.scores("a keel")["x", "X"] > 0.9
    assert own.scores("a tax") == own.scores("nothing") == {}


def test_own_topics_stand_beside_media_topics_under_the_names_of_iptc(make):
    found = topics(make("The rowing boat, a ferry of old, and nothing else to see.", ""), OWN)
    assert [(t.id, t.name, t.score) for t in found if t.score == SURE] == [
        ("medtop:15000000", "sport", SURE),
        ("own:ferries", "Ferries", SURE),
    ]
    assert model_name(OWN) == "media-topics 2, ours 3"


def test_a_file_is_read_back(tmp_path):
    file = tmp_path / "ours.json"
    file.write_text(OWN.files[0].model_dump_json())
    assert list(load_topics(f" {file} ,").files) == list(OWN.files)
    assert load_topics("").files == []


@pytest.mark.parametrize(
    ("content", "says"), [(None, "No such file"), ("{", "did not write"), ('{"name": "x"}', "version")]
)
def test_a_missing_or_broken_file_is_said_at_the_start(tmp_path, content, says):
    file = tmp_path / "ours.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(TopicModelBroken, match=says):
        load_topics(str(file))
