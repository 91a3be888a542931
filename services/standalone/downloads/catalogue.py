"""The artifacts that the stack is made of, as data: `artifacts.tsv`, each pinned by size and SHA-256.

The Kafka jars are the runtime dependencies of `kafka_2.13`, `kafka-tools` and `log4j-slf4j-impl`, less
what only Kafka Connect needs (Jetty, Jersey, …). Elasticsearch is Elastic's own build of the server
for integration tests.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from services.standalone.extra import extra


@dataclass(frozen=True)
class Artifact:
    """One file of a Maven repository."""

    part: str
    group: str
    artifact: str
    version: str
    packaging: str
    bytes: int
    sha256: str

    @property
    def filename(self) -> str:
        return f"{self.artifact}-{self.version}.{self.packaging}"

    @property
    def path(self) -> str:
        """Path below a repository's base (the Maven 2 repository layout)."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.filename}"


@cache
def artifacts() -> tuple[Artifact, ...]:
    """All of them, in the order of the table."""
    table = files(__package__).joinpath("artifacts.tsv").read_text("utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t")
    return tuple(Artifact(**{**row, "bytes": int(row["bytes"])}) for row in rows)  # type: ignore[arg-type]


def part(name: str) -> tuple[Artifact, ...]:
    """The artifacts of one part: `kafka` or `elasticsearch`."""
    return tuple(artifact for artifact in artifacts() if artifact.part == name)


def central() -> str:
    """Base URL of Maven Central, as the library `maven_artifact` knows it."""
    base: str = extra("maven_artifact.downloader").Downloader().resolver.base
    return base
