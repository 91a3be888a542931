"""Makes the input of a fault smaller, as long as the fault stays."""

import time
from collections.abc import Callable
from dataclasses import replace

from support.fuzz.cases import Case


def shrunk(case: Case, fails: Callable[[Case], bool], budget_s: float = 60.0) -> Case:
    """A case with the shortest body found in `budget_s` seconds for which `fails` holds (ddmin: leave parts out, ever
    smaller ones)."""
    end = time.monotonic() + budget_s
    parts = 2
    while len(case.body) >= parts and time.monotonic() < end:
        size = -(-len(case.body) // parts)
        for at in range(0, len(case.body), size):
            less = replace(case, body=case.body[:at] + case.body[at + size :])
            if time.monotonic() < end and fails(less):
                case, parts = less, max(2, parts - 1)
                break
        else:
            parts *= 2
    return case
