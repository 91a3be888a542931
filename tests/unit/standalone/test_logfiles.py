from services.standalone.logfiles import rotate, tail


def test_a_small_log_is_left_alone(tmp_path):
    log = tmp_path / "a.log"
    assert not rotate(log)
    log.write_text("x" * 100)
    assert not rotate(log, most=100)
    assert log.read_text() == "x" * 100


def test_a_large_log_moves_on_while_its_writer_goes_on(tmp_path):
    log = tmp_path / "a.log"
    with log.open("ab", buffering=0) as writer:
        for turn in "12345":
            writer.write(turn.encode() * 11)
            assert rotate(log, most=10, keep=3)
        writer.write(b"now")
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"a.log": "now", "a.log.1": "5" * 11, "a.log.2": "4" * 11, "a.log.3": "3" * 11}


def test_tail(tmp_path):
    log = tmp_path / "a.log"
    assert tail(log) == ""
    log.write_bytes(b"".join(b"line %d \xff\n" % n for n in range(1000)))
    assert tail(log, lines=2) == "line 998 \ufffd\nline 999 \ufffd"
    assert len(tail(log, lines=1000, most=50)) <= 50


def test_tail_leaves_stack_frames_out(tmp_path):
    log = tmp_path / "a.log"
    log.write_text(
        "Exception: broken\n" + "\tat kafka.Kafka.main(Kafka.scala)\n" * 50 + "\t... 3 more\nCaused by: disk\n"
    )
    assert tail(log, lines=2) == "Exception: broken\nCaused by: disk"
