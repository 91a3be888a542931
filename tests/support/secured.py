"""Kafka and Elasticsearch as others run them: with TLS, users, client certificates and API keys. Real servers.

Kafka keeps its open listener, which its start is judged by, beside `USERS` (TLS and SASL) and `CERTIFICATES` (TLS, and
who comes must show a certificate). Elasticsearch speaks HTTPS alone, and knows one user.
"""

import base64
import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from kafka.admin import UserScramCredentialUpsertion

from services.runtime.admin import connect
from services.runtime.settings import Settings
from services.standalone import probes
from services.standalone.process import Spec
from services.standalone.stack import specs
from support.processes import free_ports
from support.servers import Server

USER, PASSWORD = "newsloom", "a pass:word/ of @ many signs"
QUOTED = quote(PASSWORD, safe="")
"""As it stands in a URL."""
ITERATIONS = 10_000


@dataclass(frozen=True)
class Secured:
    """The servers' settings for somebody with a password, and for somebody with a certificate."""

    by_password: Settings
    by_certificate: Settings


@contextlib.contextmanager
def secured() -> Iterator[Secured]:
    """Started servers in a temporary home; they end with the block. Skips the test where there is no openssl."""
    with tempfile.TemporaryDirectory(prefix="newsloom-secured-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # as root, Java runs as another user
        _certificate(home)
        port = free_ports(6)  # port + 1 is the controller's
        plain = Settings(
            _env_file=None, home=home, kafka=f"127.0.0.1:{port}", elasticsearch=f"http://127.0.0.1:{port + 4}"
        )
        given = {"kafka_tls": True, "kafka_ca": home / "cert.pem", "elasticsearch_ca": home / "cert.pem"}
        own = {"kafka_cert": home / "cert.pem", "kafka_key": home / "key.pem"}
        user = {"kafka_user": USER, "kafka_password": PASSWORD}
        url = f"https://{USER}:{QUOTED}@127.0.0.1:{port + 4}"
        by_password, by_certificate = (
            Settings(_env_file=None, home=home, kafka=f"127.0.0.1:{at}", elasticsearch=url, **given, **more)
            for at, more in ((port + 2, user), (port + 3, own))
        )
        kafka, node = specs(plain, infrastructure_only=True)
        servers = [
            Server(kafka, home, lambda where: _listen(where, port)),
            Secretive(node, home, by_password),
        ]
        try:
            for server in servers:
                server.start()
            for server in servers:
                server.wait_ready()
            _add_user(plain)
            yield Secured(by_password, by_certificate)
        finally:
            for server in servers:
                if server.running:
                    server.kill()


class Secretive(Server):
    """Elasticsearch with HTTPS and a user. It is asked as that user whether it is ready."""

    def __init__(self, spec: Spec, home: Path, settings: Settings) -> None:
        super().__init__(spec, home, _secure)
        self._settings = settings

    async def _probe(self) -> str | None:
        return await probes.external("elasticsearch", self._settings)


def _certificate(folder: Path) -> None:
    """`cert.pem`, its own authority, and `key.pem`, for servers on 127.0.0.1; `both.pem` as Kafka wants it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=newsloom tests", "-days", "1",
               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]  # fmt: skip
    subprocess.run(command, timeout=60, cwd=folder, check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    for name in ("key.pem", "both.pem"):
        (folder / name).chmod(0o644)  # of this test only; Java runs as another user


def _listen(home: Path, port: int) -> None:
    path = home / "kafka" / "server.properties"
    values = dict(line.split("=", 1) for line in path.read_text().splitlines())
    for name, protocol, at in (("USERS", "SASL_SSL", port + 2), ("CERTIFICATES", "SSL", port + 3)):
        values["listeners"] += f",{name}://127.0.0.1:{at}"
        values["advertised.listeners"] += f",{name}://127.0.0.1:{at}"
        values["listener.security.protocol.map"] += f",{name}:{protocol}"
    module = "org.apache.kafka.common.security"
    values |= {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(home / "both.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(home / "cert.pem"),
        "listener.name.certificates.ssl.client.auth": "required",
        "listener.name.users.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.users.scram-sha-512.sasl.jaas.config": f"{module}.scram.ScramLoginModule required;",
        "listener.name.users.plain.sasl.jaas.config": (
            f'{module}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        ),
    }
    path.write_text("".join(f"{key}={value}\n" for key, value in values.items()))


def _add_user(settings: Settings) -> None:
    admin = connect(settings)
    try:
        answer = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(USER, "SCRAM-SHA-512", PASSWORD)])
        assert answer == {USER: None}, answer
    finally:
        admin.close()


def _secure(home: Path) -> None:
    config = home / "elasticsearch" / "config"
    values = yaml.safe_load((config / "elasticsearch.yml").read_text())
    for name in ("key.pem", "cert.pem"):
        shutil.copy(home / name, config / name)  # it reads nothing elsewhere
    values |= {
        "xpack.security.enabled": True,
        "xpack.security.http.ssl.enabled": True,
        "xpack.security.http.ssl.key": "key.pem",
        "xpack.security.http.ssl.certificate": "cert.pem",
    }
    (config / "elasticsearch.yml").write_text(yaml.safe_dump(values))
    # The file realm: https://www.elastic.co/guide/en/elasticsearch/reference/8.19/file-realm.html
    (config / "users").write_text(f"{USER}:{_hashed(PASSWORD.encode())}\n")
    (config / "users_roles").write_text(f"superuser:{USER}\n")


def _hashed(password: bytes) -> str:
    """As Elasticsearch writes it: {PBKDF2}ITERATIONS$SALT$HASH, with SHA-512 and 256 bits."""
    salt = os.urandom(32)
    digest = hashlib.pbkdf2_hmac("sha512", password, salt, ITERATIONS, 32)
    return f"{{PBKDF2}}{ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
