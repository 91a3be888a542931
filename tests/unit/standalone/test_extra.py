import json

import pytest

from services.runtime.errors import UsageError
from services.standalone.extra import extra


def test_what_is_installed_is_imported() -> None:
    assert extra("json") is json


def test_what_is_missing_is_named_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"needs no_such_package, .*newsloom\[standalone\]"):
        extra("no_such_package.part")
