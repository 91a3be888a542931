import re

from services.standalone.downloads.catalogue import artifacts, central, part


def test_every_artifact_is_pinned():
    assert len(artifacts()) == 47
    assert len({artifact.path for artifact in artifacts()}) == 47
    assert all(re.fullmatch(r"[0-9a-f]{64}", artifact.sha256) and artifact.bytes > 0 for artifact in artifacts())


def test_parts():
    (elasticsearch,) = part("elasticsearch")
    assert elasticsearch.path == (
        "org/elasticsearch/distribution/integ-test-zip/elasticsearch/8.19.9/elasticsearch-8.19.9.zip"
    )
    assert {"kafka_2.13-4.1.1.jar", "kafka-tools-4.1.1.jar"} <= {artifact.filename for artifact in part("kafka")}
    assert len(part("kafka")) + 1 == len(artifacts())


def test_the_default_repository_is_the_librarys():
    assert central().startswith("https://")
