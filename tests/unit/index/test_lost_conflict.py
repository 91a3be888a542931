"""A conflict with a version that is not there is no success."""

import pytest
from support.messages import AT, enriched

from services.index.archive import Record, Standing, judge
from services.index.document import to_document
from services.index.stored import Stored
from services.runtime.errors import Unavailable


def test_what_lost_against_nothing_is_tried_again() -> None:
    article = enriched("a")
    record = Record(article.id, 5, lambda: to_document(article, AT))
    with pytest.raises(Unavailable, match="not there"):
        judge(record, None)
    assert judge(record, Stored("index", 5, {})).standing is Standing.NEWEST
    assert judge(record, Stored("index", 6, {})).standing is Standing.SUPERSEDED
