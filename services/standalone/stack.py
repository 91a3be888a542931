"""Which processes the stack of these settings has, as data for the supervisor."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from services.runtime.gateway import base_url
from services.runtime.loopback import is_loopback
from services.runtime.settings import BESIDE, STAGES, Settings
from services.standalone import elasticsearch, kafka, probes
from services.standalone.account import Account, java_account
from services.standalone.process import Command, Probe, Spec
from services.standalone.software import Software, install

SERVICES = (*STAGES, *BESIDE, "search")
INFRASTRUCTURE = ("kafka", "elasticsearch")
# These never ask Elasticsearch, and may load their models while it starts.
KAFKA_ONLY = ("clean", "enrich", "archive")


def own_kafka(settings: Settings) -> tuple[str, int] | None:
    """Host and port of the Kafka that we start ourselves; None when the settings name someone else's."""
    host, _, port = settings.kafka.rpartition(":")
    if "," in settings.kafka or settings.kafka_tls or settings.kafka_user or not is_loopback(host):
        return None
    return host.strip("[]"), int(port)


def own_elasticsearch(settings: Settings) -> tuple[str, int] | None:
    """Host and port of the Elasticsearch that we start ourselves; None when the settings name someone else's."""
    url = urlsplit(settings.es_url)
    host, port = url.hostname or "", url.port or 9200
    others = len(settings.es_urls) > 1 or url.username or settings.elasticsearch_api_key.get_secret_value()
    if url.scheme != "http" or others or not is_loopback(host):
        return None
    return host.strip("[]"), port


def service_address(settings: Settings, service: str) -> tuple[str, int]:
    """Where a service answers /healthz and /readyz."""
    return settings.gateway if service == "search" else settings.health_address(service)


def addresses(settings: Settings, *, infrastructure_only: bool) -> dict[str, tuple[str, int]]:
    """Host and port of every process that we start, in the order of starting."""
    own = {"kafka": own_kafka(settings), "elasticsearch": own_elasticsearch(settings)}
    found = {name: address for name, address in own.items() if address is not None}
    if not infrastructure_only:
        found |= {name: service_address(settings, name) for name in (*settings.running, "search")}
    return found


def specs(settings: Settings, *, infrastructure_only: bool) -> list[Spec]:
    """Every process, in order; downloads what is missing. Raises DownloadError."""
    home = settings.home_dir
    wanted = addresses(settings, infrastructure_only=infrastructure_only)
    found: list[Spec] = []
    if set(INFRASTRUCTURE) & set(wanted):
        account = java_account(home)
        software = install(settings, account)
        found += [_SERVERS[name](settings, home, software, account) for name in INFRASTRUCTURE if name in wanted]
    found += [_external(settings, name) for name in INFRASTRUCTURE if name not in wanted]
    servers = tuple(spec.name for spec in found)
    return found + [_service(settings, name, _after(name, servers)) for name in SERVICES if name in wanted]


def _after(service: str, servers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in servers if name == "kafka" or service not in KAFKA_ONLY)


def _public_ports(settings: Settings) -> frozenset[int]:
    return frozenset(port for _, port in addresses(settings, infrastructure_only=False).values())


def _kafka(settings: Settings, home: Path, software: Software, account: Account) -> Spec:
    host, port = own_kafka(settings) or ("127.0.0.1", 9092)
    probe: Probe = partial(probes.kafka, host, port)
    prepare = partial(kafka.prepare, home, host, port, software, account, _public_ports(settings))
    # The first stop takes longer: Java then writes what later starts begin from.
    return Spec("kafka", f"{host}:{port}", prepare, probe, probe, stall_limit_s=40, stop_limit_s=60)


def _elasticsearch(settings: Settings, home: Path, software: Software, account: Account) -> Spec:
    host, port = own_elasticsearch(settings) or ("127.0.0.1", 9200)
    probe: Probe = partial(probes.elasticsearch, settings.es_url)
    prepare = partial(elasticsearch.prepare, home, host, port, software, account, _public_ports(settings))
    return Spec(
        "elasticsearch", f"{host}:{port}", prepare, probe, probe, ready_limit_s=300, stall_limit_s=50, stop_limit_s=30
    )


_SERVERS: dict[str, Callable[[Settings, Path, Software, Account], Spec]] = {
    "kafka": _kafka,
    "elasticsearch": _elasticsearch,
}


def _external(settings: Settings, name: str) -> Spec:
    """A server that others run: nothing to start, only to wait for."""
    probe: Probe = partial(probes.external, name, settings)
    where = {"kafka": settings.kafka, "elasticsearch": settings.es_shown}[name]
    return Spec(name, where, None, probe, probe, ready_limit_s=30)


def _service(settings: Settings, name: str, after: tuple[str, ...]) -> Spec:
    host, port = service_address(settings, name)
    base = base_url(host, port)
    # -P: a folder `services` in the working directory must not be taken for ours.
    command = Command((sys.executable, "-P", "-m", "services", "run", name))
    ready, alive = partial(probes.readyz, base), partial(probes.healthz, base)
    return Spec(name, f"{host}:{port}", lambda: command, ready, alive, after)
