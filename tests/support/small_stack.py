"""A stack of two small servers under the real supervisor: `small_stack.py HOME PORT PORT`.

The first server starts a process of its own and answers 503 at /healthz once HOME/sick exists.
"""

import asyncio
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from services.runtime.errors import NewsloomError
from services.standalone import probes, state
from services.standalone.process import Command, Spec
from services.standalone.supervisor import Supervisor

SERVER = """
import http.server, pathlib, signal, subprocess, sys
home, port, stubborn = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "stubborn"
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if (home / "sick").exists() else 200)
        self.end_headers()
    def log_message(self, *arguments):
        pass
if stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", str(home)])
    (home / "grandchild").write_text(str(child.pid))
if (home / "broken").exists():
    sys.exit("broken on purpose")
print("serving", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def spec(home: Path, name: str, port: int, *, stubborn: bool, after: tuple[str, ...] = ()) -> Spec:
    kind = "stubborn" if stubborn else "polite"
    command = Command((sys.executable, "-c", SERVER, str(home), str(port), kind))
    probe = partial(probes.healthz, f"http://127.0.0.1:{port}")
    limits = Spec(name, f"127.0.0.1:{port}", lambda: command, probe, probe, after)
    return replace(limits, ready_limit_s=20.0, stall_limit_s=3.0, stop_limit_s=2.0)


def main() -> None:
    home, first, second = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    specs = [spec(home, "first", first, stubborn=True), spec(home, "second", second, stubborn=False, after=("first",))]
    with state.lock(home):
        try:
            asyncio.run(Supervisor(home, specs).run())
        except NewsloomError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
