from pathlib import Path

from services.contracts.topics import MAX_MESSAGE_BYTES
from services.standalone.account import Account
from services.standalone.kafka import prepare, properties
from services.standalone.software import Software

SOFTWARE = Software(Path("/java"), "25", Path("/kafka-4"), Path("/elasticsearch-8"))
ME = Account(0, 0, switch=False)


def test_limits_agree_with_the_contract():
    values = properties("127.0.0.1", 9092, 9093, Path("/data"))
    message, request = int(values["message.max.bytes"]), int(values["socket.request.max.bytes"])
    assert MAX_MESSAGE_BYTES < message <= int(values["replica.fetch.max.bytes"])
    assert message < request <= int(values["queued.max.request.bytes"])
    assert values["auto.create.topics.enable"] == "false"


def test_listens_on_the_given_host_only():
    values = properties("::1", 9092, 9093, Path("/data"))
    assert values["listeners"] == "PLAINTEXT://[::1]:9092,CONTROLLER://127.0.0.1:9093"
    assert values["advertised.listeners"] == "PLAINTEXT://[::1]:9092"


def test_formatted_storage_is_left_alone_and_later_starts_use_what_the_first_left(tmp_path):
    data = tmp_path / "kafka" / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").write_text("")
    first = prepare(tmp_path, "127.0.0.1", 9092, SOFTWARE, ME)
    assert first.arguments[0] == "/java/bin/java"
    assert first.arguments[-2:] == ("kafka.Kafka", str(tmp_path / "kafka" / "server.properties"))
    cache = tmp_path / "kafka" / "kafka-4-25.aot"
    assert f"-XX:AOTCacheOutput={cache}" in first.arguments
    cache.write_text("")
    assert f"-XX:AOTCache={cache}" in prepare(tmp_path, "127.0.0.1", 9092, SOFTWARE, ME).arguments
    assert f"log.dirs={data}\n" in (tmp_path / "kafka" / "server.properties").read_text()
