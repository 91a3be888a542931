"""What the names of encodings mean on the web (WHATWG Encoding, "names and labels"), as Python's codecs.

Only the encodings of that standard: Python's other codecs are no encodings of pages (`idna`, `undefined`), were dropped
for being dangerous (UTF-7), or take time that grows with the square of the input (`punycode`).
"""

import codecs

# Labels that mean a larger set than they say, by Python's codec names. A label that was read as bytes is not UTF-16.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
_UNKNOWN_TO_PYTHON = {
    "windows-874": "cp874",
    "dos-874": "cp874",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "windows-949": "cp949",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-cyrillic": "mac-cyrillic",
    "unicode-1-1-utf-8": "utf-8",
    **{f"x-cp125{n}": f"cp125{n}" for n in range(9)},
}
_CODECS = frozenset(
    (
        "utf-8", "cp866", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp874", "gb18030", "big5hkscs", "euc_jp",
        "iso2022_jp", "cp932", "cp949", *(f"cp125{n}" for n in range(9)),
        *(f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    )
)  # fmt: skip
_MAX_CHARS = 40


def codec_of(label: str) -> str | None:
    """Python's codec of an encoding's label, or None when the web knows no such encoding."""
    label = label.strip().lower()
    if len(label) > _MAX_CHARS or not label.isascii():
        return None
    try:
        name = _UNKNOWN_TO_PYTHON.get(label) or codecs.lookup(label).name
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if name in _CODECS else None
