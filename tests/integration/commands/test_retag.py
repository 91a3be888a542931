"""`newsloom reindex --enrich`: from one model to another through the real services, killed in the middle."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from support.cleaning import clean_up
from support.messages import article
from support.processes import Child, eventually, free_ports, running
from support.topics import create_topics, produce, values

from services.contracts import indices
from services.contracts.messages import Article
from services.contracts.topics import ARTICLES, INDEXED
from services.enrich.enrich import enrich, load_models
from services.runtime.elastic import sync_client
from services.runtime.settings import Settings

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
OLD, NEW = "en_core_web_sm", "en_newsloom_news"
VERSIONS = {OLD: "en_core_web_sm 3.8.0", NEW: "en_newsloom_news 1.0.0"}
MANY = 270
"""More than the first two windows."""
TEXT = "Olamide Faleke met Marta Skovgaard of Quillby Ferries in Oslo on Monday. Ms Skovgaard was late, Faleke said."


def sent(number: int) -> Article:
    return article(f"a{number}", body=f"{TEXT} It was meeting {number}.", title=f"Meeting {number} of the ferries")


@pytest.fixture(scope="module")
def settings(servers: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    prefix = f"t{secrets.token_hex(4)}-"
    given = {"kafka": servers.kafka, "elasticsearch": servers.elasticsearch, "namespace": prefix}
    found = Settings(_env_file=None, **given, home=tmp_path_factory.mktemp("retag"), http=f"127.0.0.1:{free_ports()}")
    create_topics(found)
    yield found
    clean_up(found, prefix)


@pytest.fixture(scope="module")
def es(settings: Settings) -> Iterator[Elasticsearch]:
    with sync_client(settings) as client:
        yield client


def child(settings: Settings, service: str, model: str = OLD) -> Child:
    given = {"NEWSLOOM_SPACY_MODEL": model, "NEWSLOOM_DOCUMENT_LIMIT_S": "60"}
    return Child(settings, service, "services", "run", service, **given)


@contextmanager
def services(settings: Settings, model: str) -> Iterator[None]:
    """Enrich with `model`, and index; at the end told to stop, so that nothing is delivered to the next ones again."""
    with running(child(settings, "enrich", model), child(settings, "index")) as both:
        yield
        assert [one.stop() for one in both] == [0, 0]


def command(settings: Settings, model: str, *arguments: str) -> "subprocess.Popen[str]":
    """`newsloom ARGUMENTS` with settings that name `model`."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "services", *arguments],
        env=child(settings, "cli", model).environment(),
        cwd=settings.home_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def retag(settings: Settings, model: str, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, the summary, and what was said beside it."""
    running_ = command(settings, model, "reindex", "--enrich", "--json", *arguments)
    out, said = running_.communicate(timeout=600)
    return running_.returncode, json.loads(out or "{}"), said


def documents(es: Elasticsearch, settings: Settings) -> dict[str, dict[str, Any]]:
    """Hits by id, with `_version`."""
    alias = settings.name(indices.ARTICLES)
    es.indices.refresh(index=alias)
    hits = es.search(index=alias, size=1000, version=True)["hits"]["hits"]
    return {hit["_id"]: hit for hit in hits}


def of(model: str, es: Elasticsearch, settings: Settings) -> int:
    return sum(hit["_source"]["models"]["ner"] == VERSIONS[model] for hit in documents(es, settings).values())


@pytest.fixture(scope="module")
def indexed(settings: Settings, es: Elasticsearch) -> dict[str, dict[str, Any]]:
    """Articles as the old model read them; one in a story, one taken down, and a place that was renamed."""
    with services(settings, OLD):
        messages = [sent(number) for number in range(MANY)]
        produce(settings, ARTICLES, [m.to_json() for m in messages])
        eventually(lambda: len(values(settings, INDEXED)) == MANY, "all articles are indexed")
    for arguments in (("forget", messages[0].id, "--yes"), ("entities", "rename", "place:oslo", "Kristiania")):
        decided = command(settings, OLD, *arguments)
        out, said = decided.communicate(timeout=120)
        assert decided.returncode == 0, out + said
    found = documents(es, settings)
    hit = found[messages[1].id]
    es.index(
        index=hit["_index"],
        id=hit["_id"],
        document={**hit["_source"], "story_id": "the story"},
        version=hit["_version"],
        version_type="external_gte",
    )
    return documents(es, settings)


def test_nobody_reads_and_a_model_that_is_not_there(settings: Settings, es: Elasticsearch) -> None:
    code, _, said = retag(settings, NEW)
    assert code == 3
    assert f"no enrich service reads {settings.name(ARTICLES.name)}; start it" in said
    code, _, said = retag(settings, "xx_no_such_model")
    assert code == 2
    assert "NEWSLOOM_SPACY_MODEL names 'xx_no_such_model'" in said
    done = command(settings, NEW, "reindex", "--enrich", "--from", "topic")
    assert "--enrich goes with --dry-run and --json alone" in done.communicate(timeout=60)[1]
    assert done.returncode == 2


def test_a_dry_run_says_what_differs_and_sends_nothing(
    settings: Settings, es: Elasticsearch, indexed: dict[str, dict[str, Any]]
) -> None:
    code, found, said = retag(settings, NEW, "--dry-run")
    assert code == 0, said
    assert found["differ"] == {f"ner: {VERSIONS[OLD]} → {VERSIONS[NEW]}": MANY - 1}
    assert (found["looked_at"], found["left"], found["retagged"]) == (MANY - 1, MANY - 1, 0)
    assert documents(es, settings) == indexed
    assert retag(settings, OLD, "--dry-run")[1]["differ"] == {}


def test_services_with_another_model_are_found_out_early(
    settings: Settings, es: Elasticsearch, indexed: dict[str, dict[str, Any]]
) -> None:
    with services(settings, OLD):
        code, _, said = retag(settings, NEW)
    assert code == 1
    assert "none of 20 articles came back as wanted" in said
    assert "NEWSLOOM_SPACY_MODEL" in said
    assert of(OLD, es, settings) == MANY - 1


def test_killed_in_the_middle_and_run_again(
    settings: Settings, es: Elasticsearch, indexed: dict[str, dict[str, Any]]
) -> None:
    models = load_models(NEW)
    with services(settings, NEW):
        killed = command(settings, NEW, "reindex", "--enrich")
        eventually(lambda: of(NEW, es, settings), "some articles are enriched again")
        killed.kill()
        killed.communicate()
        code, found, said = retag(settings, NEW)
        assert code == 0, said
        assert (found["left"], found["gone"]) == (0, 0)
        assert 0 < found["retagged"] < MANY - 1
        code, found, said = retag(settings, NEW)
        assert (code, found["looked_at"], found["retagged"], found["differ"]) == (0, MANY - 1, 0, {}), said
    now = documents(es, settings)
    assert now.keys() == indexed.keys()
    assert {id_: hit["_version"] for id_, hit in now.items()} == {id_: hit["_version"] for id_, hit in indexed.items()}
    assert len(values(settings, INDEXED)) == MANY  # nobody was told of news
    for number in range(1, MANY):
        document = now[sent(number).id]["_source"]
        (expected,) = enrich([sent(number)], models)
        assert document["models"] == expected.models
        assert {e["id"]: e["count"] for e in document["entities"]} == {e.id: e.count for e in expected.entities}
        assert {e["name"] for e in document["entities"] if e["id"] == "place:oslo"} == {"Kristiania"}
        assert [step["stage"] for step in document["trail"]] == ["enrich"]
        assert document["version_count"] == 1
    assert now[sent(1).id]["_source"]["story_id"] == "the story"
    taken = es.get(index=now[sent(1).id]["_index"], id=sent(0).id)["_source"]
    assert taken["gone"]["reason"] == "forgotten"
