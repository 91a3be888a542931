"""One page as a plain record, for people and for evaluation: what was extracted, or why it would be skipped."""

from typing import Any

from services.clean.extract import Finding, language_of, published_of, title_of
from services.clean.learned import Extraction
from services.clean.words import count_words
from services.contracts.fates import Skip
from services.contracts.messages import PageMessage

_HIDDEN = {"schema_version", "trail", "id", "fetched_at"}


def record(page: PageMessage, made: Extraction, explain: bool = False) -> dict[str, Any]:
    """The fields of the article; of a skipped page `skipped`, `detail`, and what is known of it all the same.

    With `explain`: `extractor`, `notes` and `blocks`, each with its text, `kept` and the reason why not.
    """
    found, outcome = made.found, made.outcome
    if isinstance(found, Skip):
        return {"url": page.url, "title": None, "body": None, "skipped": found.reason.value, "detail": found.detail}
    fields = _known(page, found) if isinstance(outcome, Skip) else outcome.model_dump(mode="json", exclude=_HIDDEN)
    if isinstance(outcome, Skip):
        fields |= {"skipped": outcome.reason.value, "detail": outcome.detail}
    return fields | (_explanation(found) if explain else {})


def _known(page: PageMessage, found: Finding) -> dict[str, Any]:
    about = found.about
    published, _ = published_of(page, found)
    return {
        "url": page.url,
        "title": title_of(page, found),
        "body": found.body,
        "authors": list(about.authors if about else page.authors),
        "published_at": published.isoformat().replace("+00:00", "Z") if published else None,
        "language": language_of(page, found)[0],
        "word_count": count_words(found.body),
    }


def _explanation(found: Finding) -> dict[str, Any]:
    blocks = zip(found.lines, found.reasons, strict=True)
    return {
        "extractor": found.by,
        "notes": list(found.notes),
        "blocks": [{"text": text, "kept": reason is None, "reason": reason} for text, reason in blocks],
    }
