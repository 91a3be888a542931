"""From a function on messages to outcomes."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from support.messages import page

from services.contracts.fates import BadInput, DeadReason, Skip, SkipReason
from services.contracts.messages import Message, PageMessage
from services.runtime.each import each, outcome_of, together
from services.runtime.stage import Failure, Forward

SKIP = Skip(SkipReason.TOO_SHORT, "1 word")


def judge(message: PageMessage) -> Message | Skip:
    match message.text:
        case "skip":
            return SKIP
        case "bad":
            raise BadInput(DeadReason.INVALID_URL, "no host")
        case "bug":
            raise RecursionError("too deep")
    return message


def expected(message: PageMessage) -> object:
    answers = {
        "skip": SKIP,
        "bad": Failure(DeadReason.INVALID_URL, "BadInput", "no host"),
        "bug": Failure(DeadReason.BUG, "RecursionError", "RecursionError: too deep"),
    }
    return answers.get(message.text or "", Forward(message))


TEXTS = st.lists(st.sampled_from(["good", "skip", "bad", "bug"]), max_size=12)


@given(TEXTS)
def test_each_answers_each_message_in_order(texts: list[str]) -> None:
    pages = [page(str(i), text) for i, text in enumerate(texts)]
    assert each(judge, pages) == [expected(p) for p in pages]


def test_bad_input_may_be_returned_as_well_as_raised() -> None:
    assert outcome_of(BadInput(DeadReason.INVALID_URL, "no host")).reason == DeadReason.INVALID_URL
    assert outcome_of(SKIP) is SKIP


@given(TEXTS)
def test_together_goes_in_one_call_and_pins_errors_to_their_message(texts: list[str]) -> None:
    calls: list[int] = []

    def work(batch: Sequence[PageMessage]) -> list[Message]:
        calls.append(len(batch))
        if any(p.text == "bug" for p in batch):
            raise RecursionError("too deep")
        return list(batch)

    pages = [page(str(i), text) for i, text in enumerate(texts)]
    outcomes = together(work, pages)
    assert outcomes == [expected(p) if p.text == "bug" else Forward(p) for p in pages]
    alone = "bug" in texts and len(texts) > 1
    assert calls == ([len(texts)] + ([1] * len(texts) if alone else []))
