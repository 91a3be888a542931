"""A wall clock that jumps, for one service: a small C library (clock.c) that the service is started with."""

import shutil
import struct
import subprocess
from pathlib import Path


class Clock:
    """The clock of whatever is started with `environment`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock-offset"
        self._library = folder / "clock.so"
        self.jump(0)
        source = Path(__file__).with_name("clock.c")
        command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(self._library), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    @staticmethod
    def possible() -> bool:
        """Whether there is a C compiler."""
        return shutil.which("cc") is not None

    @property
    def environment(self) -> dict[str, str]:
        """What to start a process with."""
        return {"LD_PRELOAD": str(self._library), "CLOCK_OFFSET": str(self._file)}

    def jump(self, seconds: int) -> None:
        """Be so much ahead of the machine's clock (negative: behind) from now on."""
        if not self._file.exists():
            self._file.write_bytes(struct.pack("=q", 0))
        with self._file.open("r+b", buffering=0) as file:  # in place: processes have it mapped
            file.write(struct.pack("=q", seconds))
