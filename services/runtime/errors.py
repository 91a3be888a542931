"""Errors that people see. Each text says what is wrong and what to do; the class gives the exit code.

NewsloomError
├── UsageError            exit 2: wrong use or settings
│   └── SettingsError     (runtime/settings.py)
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


class Unavailable(NewsloomError):
    """Kafka or Elasticsearch does not answer."""

    exit_code = 3
