"""Whether a page shows only the beginning of its article, and whether another text goes on from there."""

import re
from collections.abc import Sequence

from services.clean.body import Body
from services.clean.metadata import Metadata
from services.clean.told import share, stems_of
from services.clean.witness import runs_of
from services.clean.words import UNSPACED, bare

# Three paragraphs: so many are shown before a button, or where a subscription is asked for.
_SHORT_CHARS, _SHORT_IF_PAID_CHARS = 1500, 3000
MUCH_MORE = 1.6
"""Times as long as ours another text has to be, for it keeps more furniture."""
_MOST = 0.5
_TOLD = 0.4
_ENDS = ("…", "...", "[…]", "[...]", "(…)")
_WORDS = re.compile(rf"[^\W\d_]+(?: [^\W\d_]+){{2,4}}|[{UNSPACED}]{{6,}}")
_NEEDLES = 4


def looks_cut(body: Body, about: Metadata) -> bool:
    """Whether a text may go on elsewhere: it is short or breaks off, or the page says that there is more."""
    lines, size = body.kept, body.size
    if (
        size < _SHORT_CHARS
        or (size < _SHORT_IF_PAID_CHARS and about.paywalled)
        or (lines and lines[-1].endswith(_ENDS))
    ):
        return True
    declared = about.node.get("articleBody")
    return isinstance(declared, str) and len(declared) > MUCH_MORE * size


def is_of_another(body: Body, about: Metadata) -> bool:
    """Whether a short text has few of the words that the page says of its article: it is what else stands there."""
    return body.size < _SHORT_CHARS and share(stems_of(about), " ".join(body.kept)) < _TOLD


def has_most(text: str, lines: Sequence[str]) -> bool:
    """Whether most runs of words of `lines` are in `text`, or there are none."""
    wanted = set(runs_of(bare(" ".join(lines)).split()))
    return not wanted or len(wanted.intersection(runs_of(bare(text).split()))) >= _MOST * len(wanted)


def needles(lines: Sequence[str]) -> tuple[str, ...]:
    """A few words of the first lines, without marks that are written otherwise elsewhere."""
    found = (_WORDS.search(line) for line in lines[:_NEEDLES])
    return tuple(match[0] for match in found if match)
