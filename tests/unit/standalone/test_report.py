import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from services.runtime.settings import Settings
from services.standalone import report, state
from services.standalone.ports import unused
from services.standalone.process import began
from services.standalone.state import ProcessState, new_state

ANSWERS = {
    "/readyz": '{"ready": true, "reasons": []}',
    "/status": '{"in": 3, "forwarded": 2, "skipped": 1, "dead": 0, "lag": 7, "rate": 0.5, "other": 1}',
}


@pytest.fixture
def service():
    """A real service's answers, at /readyz and /status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ANSWERS[self.path].encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_runs(tmp_path):
    found = report.collect(Settings(_env_file=None, home=tmp_path))
    assert (found.running, found.phase, found.exit_code, found.ready) == (False, "stopped", 3, False)


def test_a_start_that_failed_is_told(tmp_path):
    failed = new_state([])
    failed.phase, failed.error = "failed", "kafka does not start"
    state.write(tmp_path, failed)
    found = report.collect(Settings(_env_file=None, home=tmp_path))
    assert (found.phase, found.error, found.exit_code) == ("failed", "kafka does not start", 3)


def running(home, service: str, *more: ProcessState) -> state.StackState:
    me = psutil.Process()
    search = ProcessState("search", service, "ready", me.pid, began(me), time.time() - 60, restarts=2)
    now = new_state([search, *more])
    now.phase = "ready"
    state.write(home, now)
    return now


def test_a_service_is_asked_itself(tmp_path, service):
    with state.lock(tmp_path):
        running(tmp_path, service)
        found = report.collect(Settings(_env_file=None, home=tmp_path, http=service))
    (search,) = found.processes
    assert (found.ready, found.exit_code) == (True, 0)
    assert (search.ready, search.reason, search.restarts, search.pid) == (True, None, 2, os.getpid())
    assert search.counters == {"in": 3, "forwarded": 2, "skipped": 1, "dead": 0, "lag": 7, "rate": 0.5}
    assert search.uptime_s is not None
    assert 60 <= search.uptime_s < 120
    assert search.rss_bytes >= 10 * 1024 * 1024
    assert found.as_json()["rss_bytes"] == search.rss_bytes


def test_what_is_not_ready_has_a_reason(tmp_path, service):
    kafka = ProcessState("kafka", f"127.0.0.1:{unused('127.0.0.1')}", "ready", 0)
    index = ProcessState("index", "127.0.0.1:1", "restarting", 0, reason="ended with exit code 1")
    with state.lock(tmp_path):
        running(tmp_path, service, kafka, index)
        settings = Settings(
            _env_file=None, home=tmp_path, http=service, elasticsearch=f"http://127.0.0.1:{unused('127.0.0.1')}"
        )
        found = report.collect(settings)
    reasons = {process.name: process.reason for process in found.processes}
    assert (found.ready, found.exit_code) == (False, 1)
    assert "does not answer" in str(reasons["kafka"])
    assert reasons["index"] == "ended with exit code 1"
    assert found.processes[2].rss_bytes == 0


def test_memory_counts_what_a_process_started():
    alone = report.resident_bytes(os.getpid())
    child = psutil.Popen([sys.executable, "-c", "x = b'x' * 50_000_000; input()"], stdin=-1)
    try:
        deadline = time.monotonic() + 30
        while report.resident_bytes(child.pid) < 50_000_000 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert report.resident_bytes(os.getpid()) > alone + 40_000_000
    finally:
        child.communicate()
    assert report.resident_bytes(child.pid) == 0
