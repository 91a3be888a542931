"""Forms that people send without JavaScript: read, judged, and errors in words."""

from email import policy
from email.parser import BytesParser
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import ValidationError

from services.search.problems import Problem
from services.search.qlang import QueryError
from services.search.query import ParameterError
from services.search.state import State

MAX_BYTES = 6 * 1024 * 1024
MAX_FIELDS = 1_000
Pairs = list[tuple[str, str]]


class Form:
    """A form's fields in order, and the files that came with it."""

    def __init__(self, pairs: Pairs, files: dict[str, bytes]) -> None:
        self.pairs, self.files = pairs, files

    def get(self, name: str) -> str:
        """A field's last value without blanks around it; empty when it is not there."""
        return dict(self.pairs).get(name, "").strip()


async def sent(request: Request, state: State) -> Form:
    """The form that our own page sent. Raises Problem when it is another's, too large, or without a key it needs."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_BYTES:
        raise Problem(413, f"forms may have at most {MAX_BYTES:,} bytes")
    form = read(request.headers.get("content-type", ""), await request.body())
    state.access.check_form(request, form.get("key"))
    return form


def read(content_type: str, body: bytes) -> Form:
    """The form in a request's body, either of the two encodings of HTML. Raises Problem. Pure."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            return _multipart(content_type, body)
        if kind == "application/x-www-form-urlencoded":
            text = body.decode("ascii")
            return Form(parse_qsl(text, max_num_fields=MAX_FIELDS, keep_blank_values=True, errors="replace"), {})
    except ValueError as error:
        raise Problem(400, f"the form can not be read: {error}") from None
    raise Problem(415, "a form is sent as application/x-www-form-urlencoded or multipart/form-data")


def _multipart(content_type: str, body: bytes) -> Form:
    """https://www.rfc-editor.org/rfc/rfc7578, in the grammar of mail that it is made of."""
    if not content_type.isascii() or any(sign in content_type for sign in "\r\n"):
        raise ValueError("its content type has characters that a header has not")
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    whole = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    pairs: Pairs = []
    files: dict[str, bytes] = {}
    for part in whole.iter_parts() if whole.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename() is None:
            pairs.append((name, content.decode("utf-8", "replace")))
        else:
            files[name] = content
    return Form(pairs, files)


def words(error: Exception) -> str:
    """What is wrong with what was typed, in a sentence."""
    if isinstance(error, QueryError):
        return f"The search could not be understood: {error.message} (at character {error.position + 1})."
    if isinstance(error, ParameterError):
        return f"{error.parameter}: {error.message}"
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'form'}: {_plain(e['msg'])}" for e in error.errors())
    return str(error)


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
