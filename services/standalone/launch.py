"""Becomes another program that the kernel kills when the process that started this one ends.

`python -P -m services.standalone.launch PARENT_PID UID GID PROGRAM ARGUMENT…`; UID -1: stay who we are.
Between fork and exec only little may be done in the parent's own process, hence this one. The order matters:
a change of user clears the wish for the signal (prctl(2)), an exec keeps it.
"""

import os
import sys

from services.runtime.parent import die_with_parent


def main(arguments: list[str]) -> None:
    """Change user, ask for the signal, become the program."""
    parent, uid, gid = (int(number) for number in arguments[:3])
    program = arguments[3:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    die_with_parent(parent)
    try:
        os.execvp(program[0], program)  # noqa: S606
    except OSError as error:
        sys.exit(f"{program[0]} can not be started: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
