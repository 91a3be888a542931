"""What every client of Kafka is given: where the brokers are, how to get in, how soon it sees new partitions."""

import ssl
from typing import Any

from services.runtime.settings import Settings
from services.runtime.tls import trusting

METADATA_MS = 10_000
"""How old a client's knowledge of the cluster gets. With Kafka's usual five minutes, what is sent to new partitions
would lie there for that long: unread, and to the watchdog (NEWSLOOM_STALL_LIMIT_S) a stall."""


def client_options(settings: Settings) -> dict[str, Any]:
    """For clients of aiokafka and of kafka-python, which have the same names. Raises SettingsError, as `tls` does."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_servers,
        "metadata_max_age_ms": METADATA_MS,
        "security_protocol": "SSL" if settings.kafka_tls else "PLAINTEXT",
    }
    if context := tls(settings):
        options["ssl_context"] = context
    if settings.kafka_user:
        options |= {
            "security_protocol": f"SASL_{options['security_protocol']}",
            "sasl_mechanism": settings.kafka_sasl,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return options


def tls(settings: Settings) -> ssl.SSLContext | None:
    """How to speak TLS; None where it is not spoken. Raises SettingsError for files that hold something else."""
    if not settings.kafka_tls:
        return None
    own = (settings.kafka_cert, settings.kafka_key) if settings.kafka_cert and settings.kafka_key else None
    return trusting("NEWSLOOM_KAFKA_CA, _CERT and _KEY", settings.kafka_ca, own)
