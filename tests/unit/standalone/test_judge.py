from services.standalone.judge import Backoff, Silence


def test_delays_double_up_to_a_limit():
    backoff = Backoff()
    assert [backoff.ended(1.0) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_long_run_is_forgiven():
    backoff = Backoff()
    for _ in range(5):
        backoff.ended(0.1)
    assert backoff.ended(60.0) == 1
    assert backoff.ended(0.1) == 2


def test_very_many_failures_keep_the_limit():
    assert Backoff(failures=5000).ended(0.0) == 30


def test_silence_is_counted_from_the_last_answer():
    silence = Silence(last=100.0)
    assert not silence.too_long(119.9, answered=False, limit_s=20)
    assert silence.too_long(120.0, answered=False, limit_s=20)
    assert not silence.too_long(121.0, answered=True, limit_s=20)
    assert not silence.too_long(140.0, answered=False, limit_s=20)
    assert silence.too_long(141.0, answered=False, limit_s=20)
