"""Structured logs: one event a line, JSON where a machine reads them, text where a person does."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any

import structlog

from services.runtime.settings import Settings

# These say at info what is no news to an operator.
_QUIET = (
    "faust",
    "mode",
    "aiokafka",
    "elastic_transport",
    "elasticsearch",
    "trafilatura",
    "htmldate",
    "asyncio",
)


AGAIN_AFTER_S = 10.0
MOST_KINDS = 1_000  # a library may write its own texts together, without end


class Seldom(logging.Filter):
    """Lets each kind of record of a library pass once in 10 s, with how many were left out since.

    While Kafka is away aiokafka says so up to a hundred times a second: 4 MB a minute in each service.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it passes; ours always do."""
        if record.name.partition(".")[0] not in _QUIET:
            return True
        kind, now = (record.name, str(record.msg)), self._clock()
        last, left_out = self._kinds.get(kind, (-AGAIN_AFTER_S, 0))
        if now - last < AGAIN_AFTER_S:
            self._kinds[kind] = last, left_out + 1
            return False
        if len(self._kinds) > MOST_KINDS:
            self._kinds.clear()
        self._kinds[kind] = now, 0
        if left_out:
            record.msg = f"{record.msg} ({left_out} more like this left out)"
        return True


def configure_logs(settings: Settings, service: str) -> None:
    """Set up logging for a whole process; libraries' records take the same form."""
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # rich tracebacks would print local variables, and so settings
    text = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Any = text if as_text else structlog.processors.JSONRenderer()
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not as_text:
        final.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Seldom())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*final, renderer]))
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # kafka-python logs each failed try of a connection as an error; who asked for the connection says it once.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
