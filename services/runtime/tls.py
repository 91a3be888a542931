"""Contexts for TLS: certificates and host names are checked, always."""

import ssl
from pathlib import Path

from services.runtime.settings import SettingsError


def trusting(name: str, authority: Path | None, own: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """What trusts `authority` (None: the system's) and, where a certificate is asked for, shows our `own` by its key.

    `name`: of the settings, for errors. Raises SettingsError for files that are no such thing.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
        if own:
            context.load_cert_chain(*own, password=_none)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise SettingsError(f"the PEM files of {name} can not be used: {error}") from error
    return context


def _none() -> str:
    """For keys that have a password: without this, OpenSSL would ask for it on the terminal."""
    raise ValueError("the key has a password; give one without")
