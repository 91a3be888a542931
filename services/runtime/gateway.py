"""Asks the gateway, for commands: one GET or POST with time-outs, and errors in words."""

from typing import Any

import httpx

from services.runtime.errors import NewsloomError, Unavailable, UsageError
from services.runtime.settings import Settings

TIMEOUT_S = 30.0


class Refused(NewsloomError):
    """The gateway's answer is no; `problem` is its RFC 9457 document. A request that it can not read is wrong use."""

    def __init__(self, problem: dict[str, Any], status: int) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"the gateway answered {status}")
        self.problem = problem
        self.status = status
        self.exit_code = UsageError.exit_code if status in (400, 422) else self.exit_code


def base_url(host: str, port: int) -> str:
    """URL under which a server that listens on host:port is reached from this machine."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{reached}]' if ':' in reached else reached}:{port}"


def gateway_url(settings: Settings) -> str:
    """Where the gateway's page is, for people and programs on this machine."""
    return base_url(*settings.gateway)


def ask(settings: Settings, method: str, path: str, **kwargs: Any) -> Any:
    """The JSON answer. Raises Refused on a problem, Unavailable when nobody answers."""
    url = gateway_url(settings)
    key = settings.api_keys.get_secret_value().split(",")[0].strip()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx.request(method, url + path, timeout=TIMEOUT_S, headers=headers, trust_env=False, **kwargs)
    except httpx.HTTPError as error:
        raise Unavailable(f"the gateway at {url} does not answer ({error}); is it up? Try 'newsloom status'") from error
    try:
        answer = response.json()
    except ValueError:
        raise Refused({"detail": f"{url} gave no JSON; is that the gateway?"}, response.status_code) from None
    if response.is_error:
        raise Refused(answer if isinstance(answer, dict) else {}, response.status_code)
    return answer
