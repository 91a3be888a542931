"""A fresh worker process is warm before it meets a page: a kill must not put loading times on the next page's limit."""

import subprocess
import sys

# In a process of its own: in this one other tests have loaded everything already.
CODE = """
import sys
from services.clean.app import CleanLimits, warm
from services.clean.extract import extract
from support.pages import seeds
warm()
before = set(sys.modules)
for case in seeds():
    extract(case.message(), CleanLimits())
loaded = {name for name in set(sys.modules) - before if name.partition('.')[0] not in ('encodings', 'tzdata')}
sys.exit(f"loaded at a page's expense: {sorted(loaded)[:10]}" if loaded else 0)
"""


def test_nothing_is_loaded_at_the_first_pages_expense() -> None:
    path = [*sys.path, "tests"]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {path!r}\n{CODE}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
