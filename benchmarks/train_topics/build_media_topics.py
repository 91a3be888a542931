"""Writes services/enrich/data/media-topics.tsv: names of IPTC Media Topics, each with its topic of the top level.

    python benchmarks/train_topics/build_media_topics.py IPTC-MediaTopic-NewsCodes.xlsx

The sheet is IPTC's own (iptc.org/standards/newscodes, CC BY 4.0); reading it needs openpyxl. Retired concepts, names
that concepts under several topics of the top level have, and names of more than four words are left out.
"""

import argparse
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl

OUT = Path("services/enrich/data/media-topics.tsv")
LANGUAGES = {"en": ("en-GB", "en-US"), "de": ("de",), "fr": ("fr",), "es": ("es",), "pt": ("pt-PT", "pt-BR")}
HEAD = """# Topic of the top level, language, name of a concept below it. {edition}, CC BY 4.0,
# https://iptc.org/standards/newscodes/; selected by benchmarks/train_topics/build_media_topics.py.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", type=Path)
    rows = list(openpyxl.load_workbook(parser.parse_args().sheet).active.iter_rows(values_only=True))
    edition, columns = str(rows[0][0]), [str(cell) for cell in rows[1]]
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    top = ""
    for row in rows[2:]:
        concept: dict[str, Any] = dict(zip(columns, row, strict=True))
        if concept["Level1/NewsCode"]:
            top = str(concept["Level1/NewsCode"]).removeprefix("medtop:")[:2]
        if not concept["RetiredDate"]:
            for language, name in names(concept):
                found[language, name].add(top)
    out = sorted((min(tops), *key) for key, tops in found.items() if len(tops) == 1)
    OUT.write_text(HEAD.format(edition=edition) + "".join("\t".join(line) + "\n" for line in out), encoding="utf-8")


def names(concept: dict[str, Any]) -> set[tuple[str, str]]:
    """(language, name) of a concept, in lower case, without what stands in brackets."""
    given = [(code, concept.get(f"Name ({tag})") or "") for code, tags in LANGUAGES.items() for tag in tags]
    bare = {(code, re.sub(r"\s*\(.*?\)", "", str(name)).strip().lower()) for code, name in given}
    return {(code, name) for code, name in bare if name and len(name.split()) <= 4 and "," not in name}


if __name__ == "__main__":
    main()
