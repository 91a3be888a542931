"""Errors that people see. Each text says what is wrong and what to do; the class gives the exit code.

NewsloomError
├── UsageError            exit 2: wrong use or settings
│   └── SettingsError     (runtime/settings.py)
├── Broken                exit 70: this process is of no more use
└── Unavailable           exit 3: a server that is needed does not answer
    └── PublishError      (runtime/publisher.py)
        └── MessageTooLarge   exit 2
"""


class NewsloomError(Exception):
    """Base of what the command line shows as one line instead of a traceback."""

    exit_code = 1


class UsageError(NewsloomError):
    """What was asked for can not be asked so."""

    exit_code = 2


class Broken(NewsloomError):
    """This process can not go on, through no fault of a message; its supervisor starts it anew."""

    exit_code = 70  # EX_SOFTWARE of sysexits.h


class Unavailable(NewsloomError):
    """Kafka or Elasticsearch does not answer."""

    exit_code = 3
