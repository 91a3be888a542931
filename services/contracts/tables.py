"""Models as tables in Markdown."""

import re
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic.fields import FieldInfo

from services.contracts.messages import Message, Model, PageMessage


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; `|` in cells is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def plug_in_fields() -> str:
    """The fields that a plug-in may send."""
    return field_table(PageMessage, leave_out=("trail",))


def field_table(model: type[Model], leave_out: Sequence[str] = ()) -> str:
    """The fields of a message: name, type, whether it must be there, meaning."""
    rows = [
        (f"`{field.alias or name}`", type_name(field.annotation), _needed(field), field.description or "")
        for name, field in sorted(model.model_fields.items(), key=lambda item: item[0] in Message.model_fields)
        if name not in leave_out
    ]
    return table(("field", "type", "needed", "meaning"), rows)


def type_name(annotation: Any) -> str:
    """A type as JSON knows it."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_name(arguments[0])
    if origin is tuple:
        return f"list of {type_name(arguments[0])}"
    if origin is dict:
        return f"object of {type_name(arguments[1])}"
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if arguments:
        return " or ".join(type_name(one) for one in arguments if one is not type(None))
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation.__name__
    return {"str": "text", "int": "integer", "float": "number", "bool": "true or false", "datetime": "time (RFC 3339)"}[
        annotation.__name__
    ]


def with_section(text: str, name: str, content: str) -> str:
    """`text` with what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` replaced. Raises ValueError."""
    begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"expected one section {begin.strip()} … {end}")
    return pattern.sub(lambda _: begin + content + end, text)


def _needed(field: FieldInfo) -> str:
    return "yes" if field.is_required() else ""
