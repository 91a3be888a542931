"""The client of Elasticsearch: which node it asks, and how it says who we are."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from support.messages import settings_for_tests

from services.runtime import probes
from services.runtime.elastic import async_client, sync_client
from services.standalone.ports import unused
from services.standalone.probes import external

RED = b'{"status": "red"}'


@contextmanager
def node(seen: list[str]) -> Iterator[str]:
    """A URL that notes who asks; it says that its cluster is red, whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            self.send_response(200)
            for name, value in (("X-Elastic-Product", "Elasticsearch"), ("Content-Type", "application/json")):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(RED)))
            self.end_headers()
            self.wfile.write(RED)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


async def test_an_api_key_is_sent_as_it_was_given_out() -> None:
    seen: list[str] = []
    with node(seen) as url:
        settings = settings_for_tests(elasticsearch=url, elasticsearch_api_key="aWQ6a2V5")
        async with async_client(settings) as es:
            await es.cluster.health()
        with sync_client(settings) as sync:
            sync.cluster.health()
    assert seen == ["ApiKey aWQ6a2V5"] * 2
    assert "aWQ6a2V5" not in repr(settings)


async def test_a_node_that_is_away_is_passed_over() -> None:
    seen: list[str] = []
    with node(seen) as url:
        away = f"http://127.0.0.1:{unused('127.0.0.1')}"
        settings = settings_for_tests(elasticsearch=f"{away},{url}")
        async with async_client(settings) as es:
            for _ in range(6):
                await es.cluster.health()
        with sync_client(settings) as sync:
            for _ in range(6):
                sync.cluster.health()
    assert len(seen) == 12


async def test_a_red_cluster_answers_but_is_not_well() -> None:
    with node([]) as url:
        settings = settings_for_tests(elasticsearch=url)
        async with async_client(settings) as es:
            assert await probes.elasticsearch(es) == "red"
        assert await external("elasticsearch", settings) == "Elasticsearch: not all data can be read yet (red)"
