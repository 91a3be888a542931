"""Kafka on one machine: a KRaft broker and controller in one process, on loopback.

Settings: https://kafka.apache.org/41/configuration/broker-configs/
"""

import base64
import os
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from services.contracts.topics import MAX_MESSAGE_BYTES
from services.runtime.errors import NewsloomError
from services.standalone.account import Account, data_folder
from services.standalone.ports import near
from services.standalone.process import Command
from services.standalone.software import Software

FORMAT_LIMIT_S = 120
MIB = 1024 * 1024
# A record batch is larger than the message in it; so are requests than the batch.
BATCH_BYTES = MAX_MESSAGE_BYTES + MIB
JVM = (
    "-Xms96m",
    "-Xmx320m",
    # Batches of 32 MiB are humongous objects to G1 and fragment a heap as small as this one.
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
)
LOGGING = """\
appenders=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{yyyy-MM-dd'T'HH:mm:ss.SSSX}{UTC} %p %c{1} %m%n
rootLogger.level=WARN
rootLogger.appenderRef.console.ref=console
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=INFO
logger.values.name=org.apache.kafka.common.config.AbstractConfig
logger.values.level=ERROR
"""


def properties(host: str, port: int, controller_port: int, data: Path) -> Mapping[str, str]:
    """What goes into server.properties."""
    listener = f"[{host}]" if ":" in host else host
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://{listener}:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{listener}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        # Topics are created by the product, with the settings of the map; a typing error creates none.
        "auto.create.topics.enable": "false",
        "num.partitions": "8",
        "message.max.bytes": str(BATCH_BYTES),
        "replica.fetch.max.bytes": str(BATCH_BYTES),
        "socket.request.max.bytes": str(BATCH_BYTES + MIB),
        "queued.max.request.bytes": str(2 * BATCH_BYTES),  # what waits must fit into the heap
        "log.retention.hours": "168",
        "log.segment.bytes": str(256 * MIB),
        # One node: nothing is replicated, and nobody else's rebalance is worth waiting for.
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        # Few threads and small buffers: one machine, a handful of clients.
        "num.network.threads": "2",
        "num.io.threads": "4",
        "background.threads": "2",
        "num.recovery.threads.per.data.dir": "2",
        "log.cleaner.dedupe.buffer.size": str(8 * MIB),
        "metric.reporters": "",
    }


def prepare(
    home: Path, host: str, port: int, software: Software, account: Account, avoid: Collection[int] = ()
) -> Command:
    """Write the configuration, format the storage the first time; what to run. Raises NewsloomError.

    `avoid` are ports that others of the stack will listen on.
    """
    folder = data_folder(home, "kafka", account)
    data = folder / "data"
    values = properties(host, port, near("127.0.0.1", port + 1, avoid), data)
    files = {"server.properties": "".join(f"{k}={v}\n" for k, v in values.items()), "log4j2.properties": LOGGING}
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
        account.own(folder / name)
    if not (data / "meta.properties").exists():
        _format(_java(folder, software, account, "kafka.tools.StorageTool", *_format_arguments(folder)))
    command = _java(folder, software, account, "kafka.Kafka", str(folder / "server.properties"))
    return replace(command, arguments=(software.java, *_warm_up(folder, software), *command.arguments[1:]))


def _warm_up(folder: Path, software: Software) -> tuple[str, ...]:
    """The first run leaves its loaded classes behind when it stops; later ones start from them (JEP 514).

    Measured: 4 instead of 9 CPU seconds until Kafka is started. A file that does not fit is ignored by Java.
    """
    cache = folder / f"{software.kafka_jars.name}-{software.java_version}.aot"
    quiet = "-Xlog:aot*=off,cds*=off"
    return (quiet, f"-XX:AOTCache={cache}" if cache.exists() else f"-XX:AOTCacheOutput={cache}")


def _java(folder: Path, software: Software, account: Account, main: str, *arguments: str) -> Command:
    options = (
        *JVM,
        f"-Djava.io.tmpdir={folder}",  # the compressors unpack native libraries; /tmp may be noexec
        f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
    )
    classpath = f"{software.kafka_jars}/*"
    environment = {"HOME": str(folder), "JAVA_TOOL_OPTIONS": None}
    return Command((software.java, *options, "-cp", classpath, main, *arguments), environment, folder, account)


def _format_arguments(folder: Path) -> tuple[str, ...]:
    cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=").replace("-", "A", 1)
    return ("format", "--ignore-formatted", "--cluster-id", cluster, "--config", str(folder / "server.properties"))


def _format(command: Command) -> None:
    done = subprocess.run(  # noqa: S603
        command.launched(os.getpid()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=FORMAT_LIMIT_S,
        cwd=command.folder,
        env=command.whole_environment(),
        check=False,
    )
    if done.returncode != 0:
        raise NewsloomError(f"Kafka's storage could not be set up: {(done.stderr or done.stdout).strip()[-1000:]}")
