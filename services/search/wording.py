"""What of a query can be found by meaning, and what holds whatever an article means. Pure."""

from collections.abc import Iterator

from services.search.match import is_plain
from services.search.qlang import All, AnyOf, Node, Not, Term
from services.search.weights import TEXT_FIELDS


def wording(node: Node | None) -> str:
    """The words and phrases that are looked for, as one text; empty when there are none."""
    return " ".join(texts(node, "word", "phrase"))


def demands(node: Node | None) -> Node | None:
    """What match.py has articles have or not have: all but plain words and alternatives of such. None: nothing."""
    match node:
        case All(nodes=nodes):
            demanded = tuple(one for one in nodes if not is_plain(one))
            return All(demanded) if demanded else None
        case AnyOf(nodes=nodes) if all(demands(one) is None for one in nodes):
            return None
        case Term() if is_plain(node):
            return None
        case _:
            return node


def texts(node: Node | None, *kinds: str) -> Iterator[str]:
    """The texts of these kinds of terms, of no field or of one with text; nothing that is excluded."""
    match node:
        case Term(kind=kind, field=field, text=text) if kind in kinds and (field is None or field in TEXT_FIELDS):
            yield text
        case All(nodes=nodes) | AnyOf(nodes=nodes):
            for one in nodes:
                yield from texts(one, *kinds)
        case Not() | _:
            return
