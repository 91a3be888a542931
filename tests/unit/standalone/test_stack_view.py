import pytest

from services.commands.stack_view import duration, show_checks, show_report
from services.standalone.doctor import Check
from services.standalone.report import ProcessReport, StackReport

KAFKA = ProcessReport("kafka", "127.0.0.1:9092", "ready", True, None, 12, 75.0, 0, 200 << 20)
FETCH = ProcessReport("fetch", "127.0.0.1:8001", "ready", False, "[kafka] is down", 13, 5.0, 1, 100 << 20, {"in": 7})


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.4, "0s"), (59, "59s"), (185, "3m 5s"), (7800, "2h 10m"), (3600, "1h 0m"), (356_400, "4d 3h")],
)
def test_duration(seconds, expected):
    assert duration(seconds) == expected


def test_report(capsys):
    show_report(StackReport("/home", True, "ready", None, (KAFKA, FETCH)))
    assert capsys.readouterr().out.splitlines() == [
        "process  state      address         pid  up      restarts  memory   in",
        "kafka    ready      127.0.0.1:9092  12   1m 15s  0         200 MiB",
        "fetch    not ready  127.0.0.1:8001  13   5s      1         100 MiB  7",
        "fetch: [kafka] is down",
        "Not all is ready; 300 MiB resident in all",
    ]


def test_report_of_nothing(capsys):
    show_report(StackReport("/home", False, "failed", "kafka does not start [1]"))
    out = capsys.readouterr().out
    assert "newsloom up" in out
    assert "kafka does not start [1]" in out


def test_checks(capsys):
    show_checks([Check("java", True, "25"), Check("disk", False, "1 GiB [free]", "free some")])
    assert capsys.readouterr().out.splitlines() == [
        "ok      java: 25",
        "PROBLEM disk: 1 GiB [free]",
        "        free some",
    ]
