"""Servers with TLS, users and certificates: whoever of ours talks to them gets in, by each of these ways.

A real API key is not among them: for its security index Elasticsearch needs `pattern_capture` of analysis-common, which
the standalone server lacks. That ours is sent is in tests/unit/runtime/test_elastic.py.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.messages import enriched
from support.processes import Child, eventually, free_ports, running
from support.secured import PASSWORD, QUOTED, USER, Secured, secured
from support.topics import create_topics

from services.contracts import indices
from services.contracts.topics import DEAD, ENRICHED, PAGES
from services.runtime import probes
from services.runtime.elastic import async_client, sync_client
from services.runtime.errors import Unavailable
from services.runtime.letters import letters
from services.runtime.publisher import Publisher
from services.runtime.settings import Settings, SettingsError
from services.runtime.whole_topic import whole_topic
from services.search.live import reading
from services.standalone import probes as standalone_probes

pytestmark = pytest.mark.stack
WAYS = ("password", "plain", "certificate")


@pytest.fixture(scope="module")
def servers_of_others() -> Iterator[Secured]:
    with secured() as started:
        yield started


@pytest.fixture(params=WAYS)
def given(request: pytest.FixtureRequest, servers_of_others: Secured) -> Settings:
    """Settings that get in, in a namespace of their own."""
    own: dict[str, Any] = {"namespace": f"{request.param}-"}
    if request.param == "certificate":
        return servers_of_others.by_certificate.model_copy(update=own)
    if request.param == "plain":
        own["kafka_sasl"] = "PLAIN"
    return servers_of_others.by_password.model_copy(update=own)


async def test_every_client_gets_in(given: Settings) -> None:
    create_topics(given)
    await probes.kafka(given)
    assert [await standalone_probes.external(name, given) for name in ("kafka", "elasticsearch")] == [None, None]
    dead = next(topic for topic in DEAD if topic.name == PAGES.dead_name)
    async with Publisher(given) as publisher:
        await publisher.send_raw(dead, b"key", b"value", [])
        await publisher.send(ENRICHED, enriched("a"))
    assert [letter.key for letter in letters(given, (dead,))] == [b"key"]
    async with whole_topic(given, ENRICHED, 2**20) as (consumer, partitions):
        assert sum((await consumer.end_offsets(partitions)).values()) == 1
    async with reading(given, None) as reader:
        assert await reader.batch() == []


@pytest.mark.parametrize("way", ["password", "certificate"])
async def test_a_service_indexes_what_it_reads(servers_of_others: Secured, way: str, tmp_path: Path) -> None:
    """With its secrets in files, as they are mounted."""
    update = {"namespace": f"service-{way}-", "home": tmp_path, "http": f"127.0.0.1:{free_ports(6)}"}
    given: Settings = getattr(servers_of_others, f"by_{way}").model_copy(update=update)
    create_topics(given)
    child = index_service(given, way)
    async with Publisher(given) as publisher:
        await publisher.send(ENRICHED, enriched("a"))

    def indexed() -> bool:
        with sync_client(given) as es:
            return bool(es.count(index=given.name(indices.ARTICLES), ignore_unavailable=True)["count"])

    with running(child):
        await asyncio.to_thread(eventually, indexed, "the article is indexed", 60, 0.5)
    log = child.log.read_text()
    assert all(secret not in log for secret in (PASSWORD, QUOTED))


def index_service(given: Settings, way: str) -> Child:
    """An index service that gets in by `way`, not started."""
    secrets = {"elasticsearch": given.elasticsearch, "kafka_password": PASSWORD}
    folder = given.home / "secrets"
    folder.mkdir()
    paths = ["kafka_ca", "elasticsearch_ca", *(["kafka_cert", "kafka_key"] if way == "certificate" else [])]
    environment = {f"NEWSLOOM_{name.upper()}": str(getattr(given, name)) for name in paths}
    if way == "password":
        environment["NEWSLOOM_KAFKA_USER"] = USER
    else:
        del secrets["kafka_password"]
    for name, value in secrets.items():
        (folder / f"newsloom_{name}").write_text(value)
    # An empty variable counts as unset, so that the file is asked.
    environment |= {"NEWSLOOM_KAFKA_TLS": "true", "NEWSLOOM_SECRETS": str(folder), "NEWSLOOM_ELASTICSEARCH": ""}
    return Child(given, "index", "services", "run", "index", **environment)


async def test_who_is_not_known_is_told_so(servers_of_others: Secured, tmp_path: Path) -> None:
    by_password, by_certificate = servers_of_others.by_password, servers_of_others.by_certificate
    wrong = Settings(_env_file=None, api_keys="wrong").api_keys
    for refused in (
        by_password.model_copy(update={"kafka_password": wrong}),
        by_password.model_copy(update={"kafka_user": ""}),
        by_certificate.model_copy(update={"kafka_cert": None, "kafka_key": None}),
        by_certificate.model_copy(update={"kafka_ca": None}),
        by_certificate.model_copy(update={"kafka_tls": False}),
    ):
        with pytest.raises(Unavailable):
            await probes.kafka(refused)
    for update in ({"elasticsearch_api_key": wrong}, {}):
        async with async_client(by_password.model_copy(update={"elasticsearch": by_password.es_shown, **update})) as es:
            with pytest.raises(Unavailable, match="401"):
                await probes.elasticsearch(es)


async def test_what_is_no_certificate_is_named(servers_of_others: Secured, tmp_path: Path) -> None:
    by_password = servers_of_others.by_password
    (tmp_path / "no.pem").write_text("no certificate")
    with pytest.raises(SettingsError, match="NEWSLOOM_KAFKA_CA, _CERT and _KEY can not be used"):
        await probes.kafka(by_password.model_copy(update={"kafka_ca": tmp_path / "no.pem"}))
    with pytest.raises(SettingsError, match="NEWSLOOM_ELASTICSEARCH_CA can not be used"):
        async_client(by_password.model_copy(update={"elasticsearch_ca": tmp_path / "no.pem"}))
