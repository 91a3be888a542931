"""Settings: environment variables `NEWSLOOM_*`, or a `.env` file in the working directory.

NEWSLOOM_SECRETS may name a folder with a file a setting, such as `newsloom_kafka_password`, which is how Docker and
Kubernetes hand secrets over. A wrong value stops the start; `load_settings` says which, what it was, what is allowed.
So does a name that is nearly a setting's (misspelt.py).
"""

import ipaddress
import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    Field,
    FilePath,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from services.contracts.topics import RETRY_TIERS
from services.runtime.commas import parts
from services.runtime.errors import UsageError
from services.runtime.loopback import is_loopback
from services.runtime.misspelt import misspelt

MOST_DELAY_S = 900.0
"""Of a retry: its reader polls Kafka in between (consumer.POLL_INTERVAL_S)."""
OPT_OUTS = ("noindex", "noarchive", "tdm")
"""What pages may say of their own use."""
STAGES = ("fetch", "clean", "enrich", "index")
"""The services that read topics, in the order a page meets them."""
BESIDE = ("archive", "alerts", "stories")
"""Services that read along beside them, where a setting says so."""


class SettingsError(UsageError):
    """Some settings are wrong; the text names each with its value and what is allowed."""


def _host_port(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("give HOST:PORT, for example 127.0.0.1:8000")
    return value


def _bootstrap(value: str) -> str:
    for server in value.split(","):
        _host_port(server.strip())
    return value


def _urls(value: str) -> str:
    urls = [str(_URL.validate_python(part)).rstrip("/") for part in parts(value)]
    if not urls:
        raise ValueError("give a URL, or several with commas between them")
    return ",".join(urls)


def _namespace(value: str) -> str:
    if not re.fullmatch(r"([a-z0-9][a-z0-9._-]{0,62})?", value):
        raise ValueError("use lower-case letters, digits, '.', '_' and '-', starting with a letter or digit")
    return value


def _networks(value: str) -> str:
    for part in parts(value):
        ipaddress.ip_network(part)
    return value


def _codes(value: str) -> str:
    codes = [code.lower() for code in parts(value)]
    if wrong := [code for code in codes if not re.fullmatch("[a-z]{2,3}", code)]:
        raise ValueError(f"use ISO 639-1 codes such as en,de,fr; not {', '.join(wrong)}")
    return ",".join(codes)


def _delays(value: str) -> str:
    if value.strip().lower() in ("", "none"):
        return ""
    delays = value.split(",")
    try:
        fits = len(delays) <= RETRY_TIERS and all(0 < float(delay) <= MOST_DELAY_S for delay in delays)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("give up to three delays in seconds, each at most 900, such as 15,120,600; or none")
    return ",".join(delay.strip() for delay in delays)


def _opt_outs(value: str) -> str:
    given = [part.lower() for part in parts(value)]
    if given == ["none"]:
        return ""
    if wrong := [part for part in given if part not in OPT_OUTS]:
        raise ValueError(f"give some of {', '.join(OPT_OUTS)}, or none; not {', '.join(wrong)}")
    return ",".join(given)


def _archive(value: str) -> str:
    if value.startswith("s3://"):
        if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\x00-\x20]*)?", value):
            raise ValueError("give s3://BUCKET or s3://BUCKET/PREFIX")
    elif "://" in value:
        raise ValueError("give a folder, or s3://BUCKET/PREFIX")
    return value


def _stages(value: str) -> str:
    for part in parts(value):
        name, _, address = part.partition("=")
        if name not in (*STAGES, *BESIDE):
            raise ValueError(f"give NAME=HOST:PORT, where NAME is one of {', '.join((*STAGES, *BESIDE))}")
        _host_port(address)
    return value


def _public_url(value: str) -> str:
    if value and not re.fullmatch(
        r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[\w.~/-]*)?", value, re.A
    ):
        raise ValueError("give http(s)://HOST[:PORT][/PATH], for example https://news.example")
    return value.rstrip("/")


_URL = TypeAdapter(AnyHttpUrl)
HostPort = Annotated[str, AfterValidator(_host_port)]


class Settings(BaseSettings):
    """Every setting, with its default and what it is for."""

    # An empty variable counts as unset: docker compose passes `${NEWSLOOM_X:-}` on as one.
    model_config = SettingsConfigDict(
        env_prefix="NEWSLOOM_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    kafka: Annotated[str, AfterValidator(_bootstrap)] = Field(
        "127.0.0.1:9092", description="Kafka bootstrap servers, HOST:PORT[,HOST:PORT…]"
    )
    kafka_tls: bool = Field(False, description="speak TLS with Kafka")
    kafka_ca: FilePath | None = Field(
        None, description="PEM file of the authority that Kafka's certificates are of; default: the system's"
    )
    kafka_cert: FilePath | None = Field(None, description="PEM file of our own certificate, where Kafka asks for one")
    kafka_key: FilePath | None = Field(None, description="PEM file of its key, without a password")
    kafka_user: str = Field("", description="user at Kafka (SASL); empty: none is named")
    kafka_password: SecretStr = Field(SecretStr(""), description="password of that user")
    kafka_sasl: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        "SCRAM-SHA-512", description="how the user is told to Kafka; PLAIN needs TLS"
    )
    elasticsearch: Annotated[str, AfterValidator(_urls)] = Field(
        "http://127.0.0.1:9200",
        description="Elasticsearch URL; several nodes' separated by commas; user and password may be in it",
    )
    elasticsearch_api_key: SecretStr = Field(
        SecretStr(""), description="API key for Elasticsearch, as it gives it out (encoded)"
    )
    elasticsearch_ca: FilePath | None = Field(
        None, description="PEM file of the authority that Elasticsearch's certificates are of; default: known ones"
    )
    home: Path = Field(Path("~/.local/share/newsloom"), description="data and logs of the standalone stack")
    cache: Path = Field(
        Path("~/.cache/newsloom"), description="what the standalone stack downloads once; homes may share it"
    )
    http: HostPort = Field("127.0.0.1:8000", description="HOST:PORT that the gateway listens on")
    health: HostPort | None = Field(
        None,
        description="HOST:PORT of a service's health server; default: 127.0.0.1 and a port of its own",
    )
    stages: Annotated[str, AfterValidator(_stages)] = Field(
        "",
        description="where the gateway asks the services how they are, NAME=HOST:PORT separated by commas, such as "
        "fetch=fetch:8001; empty: on this machine, where services answer unless NEWSLOOM_HEALTH is set",
    )
    api_keys: SecretStr = Field(
        SecretStr(""),
        description="keys that may write, separated by commas; empty: open, on loopback only",
    )
    closed: bool = Field(
        False, description="reading needs a key too; browsers and feed readers give it as the password of any user"
    )
    full_text: bool = Field(
        True,
        description="whether an article's page shows the whole text; else only how it begins, where rights ask for "
        "that (the API and exports have it either way)",
    )
    rate_limit: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="most requests a minute for each API key, and for each address of those without one; 0: any number",
    )
    cors: str = Field(
        "",
        pattern=r"^(\*|\s*(https?://[A-Za-z0-9.\-\[\]:]+)(\s*,\s*https?://[A-Za-z0-9.\-\[\]:]+)*\s*|)$",
        description="web pages of other sites that may read the API (CORS): origins such as https://app.example, "
        "separated by commas, or * for any",
    )
    hosts: str = Field(
        "",
        description="names by which the gateway may be asked besides localhost, separated by commas; "
        "empty: any, unless it listens on loopback",
    )
    allow_open: bool = Field(False, description="let the gateway listen beyond loopback without keys")
    namespace: Annotated[str, AfterValidator(_namespace)] = Field(
        "", description="prefix of topics, groups and indices, such as 'test-', so that several run side by side"
    )
    fetch_allow: Annotated[str, AfterValidator(_networks)] = Field(
        "", description="networks that fetch may reach besides public ones, such as 127.0.0.0/8"
    )
    fetch_contact: str = Field("", description="address or e-mail for the user agent, so that sites can reach you")
    fetch_delay_s: float = Field(1.0, ge=0, le=3600, description="least seconds between two requests to one host")
    fetch_timeout_s: float = Field(30.0, gt=0, le=600, description="most seconds for a page, redirects included")
    opt_outs: Annotated[str, AfterValidator(_opt_outs)] = Field(
        "noindex,tdm",
        description="pages that say so are skipped, separated by commas: noindex and noarchive (meta robots, "
        "X-Robots-Tag), tdm (text and data mining is reserved, TDMRep); none: they are kept all the same, for which "
        "you need a right of your own",
    )
    poll_interval_s: float = Field(
        300.0, ge=1, description="least seconds between two polls of a source that sets no other; 12 times it at most"
    )
    websub_url: Annotated[str, AfterValidator(_public_url)] = Field(
        "",
        description="address under which the hubs of feeds reach the gateway, such as https://news.example; feeds that "
        "have a hub (WebSub) are then read as soon as it tells of news (docs/websub.md); empty: they are polled only",
    )
    # In base64 the largest must fit into one message of news.pages.v1 (32 MiB).
    max_page_bytes: int = Field(
        10 * 1024 * 1024, ge=1024, le=22 * 1024 * 1024, description="larger pages are skipped as too large"
    )
    min_words: int = Field(40, ge=0, description="articles with fewer words are skipped as too short")
    languages: Annotated[str, AfterValidator(_codes)] = Field(
        "", description="ISO 639-1 codes to keep, separated by commas; empty: all"
    )
    learn: bool = Field(
        True,
        description="lines that recur over the articles of a host are dropped from what comes later as furniture "
        "(docs/extraction.md)",
    )
    retry_delays_s: Annotated[str, AfterValidator(_delays)] = Field(
        "15,120,600",
        description="seconds after which what failed for the moment (a site that is down) is tried again, at most "
        "three of them; none: it is not",
    )
    document_limit_s: float = Field(30.0, gt=0, description="most seconds to clean or enrich one document")
    workers: int = Field(1, ge=1, le=64, description="worker processes of a stage that computes (clean, enrich)")
    worker_memory_mib: int = Field(
        4096,
        ge=512,
        description="most memory of a worker process, in MiB (on Linux); a document that needs more is dead",
    )
    batch: int = Field(100, ge=1, le=5000, description="most messages that a stage takes at a time")
    batch_wait_s: float = Field(0.1, ge=0, le=10, description="longest wait for a batch to fill")
    spacy_model: str = Field(
        "en_newsloom_news", description="spaCy pipelines by package name or path, separated by commas, one a language"
    )
    embedding_model: str = Field(
        "",
        description="model of hybrid search, for enrich and the gateway alike: a folder, or the name of an installed "
        "package that carries one (docs/hybrid-search.md); empty: there is no hybrid search",
    )
    topic_models: str = Field(
        "", description="files of topics of your own, as `newsloom topics train` writes them, separated by commas"
    )
    dead_ratio_limit: float = Field(
        0.5, gt=0, le=1, description="a stage stops when a larger part of its recent messages is dead"
    )
    dead_ratio_window: int = Field(200, ge=10, description="how many recent messages that part is taken of")
    stall_limit_s: float = Field(45.0, ge=5, description="lag without progress for so long gets a service restarted")
    stories: bool = Field(True, description="articles that tell the same story are grouped, by the service stories")
    webhooks: bool = Field(False, description="saved searches may have webhooks; the service alerts then sends them")
    webhook_allow: Annotated[str, AfterValidator(_networks)] = Field(
        "", description="networks that webhooks may reach besides public ones, such as 10.0.0.0/8"
    )
    archive: Annotated[str, AfterValidator(_archive)] = Field(
        "", description="where raw pages are kept as WARC files: a folder, or s3://BUCKET/PREFIX; empty: they are not"
    )
    archive_rotate_mb: int = Field(512, ge=1, le=102_400, description="MiB after which an archive file is completed")
    archive_rotate_s: float = Field(3600.0, ge=1, description="seconds after which an archive file is completed")
    archive_spool: Path | None = Field(
        None, description="folder of archive files on their way to S3; default: archive-spool in the home"
    )
    archive_s3_url: AnyHttpUrl | None = Field(
        None,
        description="endpoint of an S3-compatible storage such as MinIO; default: AWS; keys: AWS_* variables",
    )
    replicas: int = Field(0, ge=0, le=5, description="replicas of each index; raise it on a cluster of several nodes")
    shards: int = Field(
        1, ge=1, le=64, description="primary shards of each index of articles, and of the journeys, that we create"
    )
    retention_days: int = Field(
        0, ge=0, description="days that articles are kept, by publication; 0: for ever; a source may set its own"
    )
    rollover_age_days: int = Field(90, ge=0, description="begin a new index when the newest is older; 0: never for age")
    rollover_size_gb: int = Field(40, ge=0, description="begin a new index when a shard is larger; 0: never for size")
    rollover_docs: int = Field(
        20_000_000, ge=0, description="begin a new index when the newest holds more; 0: never for that"
    )
    indexed_when: Literal["written", "searchable"] = Field(
        "written",
        description="when news.indexed.v1 tells of an article: once it is written, or once a search finds it "
        "(then each batch waits for a refresh, up to a second)",
    )
    kafka_replication: int = Field(
        1,
        ge=1,
        le=5,
        description="replication factor of the topics we create; from 3 on, all but one copy must have a message "
        "before it counts as sent (min.insync.replicas)",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")
    log_format: Literal["auto", "json", "text"] = Field("auto", description="auto: text on a terminal, JSON elsewhere")
    maven_url: AnyHttpUrl | None = Field(None, description="proxy or mirror of Maven Central for the standalone stack")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if bool(self.kafka_user) != bool(self.kafka_password.get_secret_value()):
            raise ValueError("NEWSLOOM_KAFKA_USER and NEWSLOOM_KAFKA_PASSWORD go together: give both, or none")
        if bool(self.kafka_cert) != bool(self.kafka_key):
            raise ValueError("NEWSLOOM_KAFKA_CERT and NEWSLOOM_KAFKA_KEY go together: give both, or none")
        if (self.kafka_ca or self.kafka_cert) and not self.kafka_tls:
            raise ValueError("NEWSLOOM_KAFKA_CA and NEWSLOOM_KAFKA_CERT are for TLS: set NEWSLOOM_KAFKA_TLS=true")
        if self.kafka_user and self.kafka_sasl == "PLAIN" and not self.kafka_tls and not self._kafka_is_here:
            raise ValueError(
                "NEWSLOOM_KAFKA_SASL=PLAIN sends the password as it is: set NEWSLOOM_KAFKA_TLS=true, or use SCRAM"
            )
        if self.elasticsearch_api_key.get_secret_value() and any(map(_has_user, self.es_urls)):
            raise ValueError("give NEWSLOOM_ELASTICSEARCH_API_KEY, or a user in NEWSLOOM_ELASTICSEARCH, not both")
        if self.elasticsearch_ca and not all(url.startswith("https:") for url in self.es_urls):
            raise ValueError("NEWSLOOM_ELASTICSEARCH_CA is for TLS: give https URLs in NEWSLOOM_ELASTICSEARCH")
        return self

    @property
    def _kafka_is_here(self) -> bool:
        return all(is_loopback(server.rpartition(":")[0]) for server in self.kafka_servers)

    @property
    def kafka_servers(self) -> list[str]:
        """Bootstrap servers, each HOST:PORT."""
        return parts(self.kafka)

    @property
    def home_dir(self) -> Path:
        return self.home.expanduser().absolute()

    @property
    def cache_dir(self) -> Path:
        return self.cache.expanduser().absolute()

    @property
    def archive_folder(self) -> Path:
        """Where archive files are written; for S3, where they wait for their upload."""
        if self.archive.startswith("s3://"):
            return (self.archive_spool or self.home_dir / "archive-spool").expanduser().absolute()
        return Path(self.archive).expanduser().absolute()

    @property
    def retry_delays(self) -> tuple[float, ...]:
        """Seconds until each further try; empty: there is none."""
        return tuple(float(part) for part in self.retry_delays_s.split(",") if part)

    @property
    def gateway(self) -> tuple[str, int]:
        """Host and port that the gateway listens on."""
        host, _, port = self.http.rpartition(":")
        return host.strip("[]"), int(port)

    def health_address(self, service: str) -> tuple[str, int]:
        """Host and port of a service's health server: as set, or loopback and a port next to the gateway's."""
        if self.health:
            host, _, port = self.health.rpartition(":")
            return host.strip("[]"), int(port)
        return "127.0.0.1", self.gateway[1] + 1 + (*STAGES, *BESIDE).index(service)

    @property
    def stage_addresses(self) -> dict[str, tuple[str, int]]:
        """Host and port of the services' health servers, as far as they are known here."""
        if self.stages:
            named = (part.partition("=") for part in parts(self.stages))
            split = {name: address.rpartition(":") for name, _, address in named}
            return {name: (host.strip("[]"), int(port)) for name, (host, _, port) in split.items()}
        return {} if self.health else {name: self.health_address(name) for name in self.running}

    @property
    def running(self) -> tuple[str, ...]:
        """The services that these settings want, besides the gateway."""
        wanted = {"archive": bool(self.archive), "alerts": self.webhooks, "stories": self.stories}
        return (*STAGES, *(name for name in BESIDE if wanted[name]))

    @property
    def es_shown(self) -> str:
        """Elasticsearch's URLs without users and passwords, for messages and logs."""
        return ",".join(map(without_user, self.es_urls))

    @property
    def es_urls(self) -> list[str]:
        """URLs of nodes."""
        return parts(self.elasticsearch)

    @property
    def es_url(self) -> str:
        """The first node's URL: of the standalone stack the only one."""
        return self.es_urls[0]

    def name(self, name: str) -> str:
        """`name` of a topic, group or index with the namespace in front."""
        return self.namespace + name

    def group(self, service: str, stage: str) -> str:
        """The consumer group of a stage: its service's, with its own name where that is another."""
        return self.name(f"newsloom-{service}" if stage == service else f"newsloom-{service}-{stage}")


def _has_user(url: str) -> bool:
    return url != without_user(url)


def without_user(url: str) -> str:
    """`url` without user and password, to be shown."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


@cache
def load_settings() -> Settings:
    """Read the settings once. Raises SettingsError."""
    wrong = misspelt({*os.environ, *DotEnvSettingsSource(Settings).env_vars}, Settings.model_fields)
    if wrong:
        raise SettingsError(
            "\n".join(f"there is no setting {name}; did you mean {meant}?" for name, meant in wrong.items())
        )
    secrets = os.environ.get("NEWSLOOM_SECRETS")
    if secrets and not Path(secrets).is_dir():
        raise SettingsError(f"NEWSLOOM_SECRETS is {secrets!r}: that is no folder (of files such as newsloom_api_keys)")
    try:
        return Settings(_secrets_dir=secrets or None)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        message = item["msg"].removeprefix("Value error, ")
        if not item["loc"]:  # settings that do not fit together; the input is all of them
            lines.append(message)
            continue
        field = str(item["loc"][0])
        known = Settings.model_fields.get(field)
        secret = known is not None and known.annotation is SecretStr
        about = known.description if known else ""
        # A URL may hold a password.
        shown = "(hidden)" if secret else re.sub(r"//[^/@]*@", "//(hidden)@", repr(item["input"]))
        lines.append(f"NEWSLOOM_{field.upper()} is {shown}: {message} ({about})")
    return "\n".join(lines)
