"""Whatever is asked of suggestions, entities, what rises and exports is answered, never with an error of ours."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

pytestmark = pytest.mark.stack
MANY = hypothesis_settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXT = st.text(max_size=110) | st.text('harbou lisn.*?+|"\\()[]{}~#@&<>^$-/:', max_size=30) | st.just("~" * 480)
OK = (200, 404, 410, 422)


@example(".", "..", "24h")
@example("..", ".", "24h")
@given(TEXT, TEXT, st.sampled_from(["24h", "7d", "0d", "9999w"]))
@MANY
async def test_odd_requests(http: Any, text: str, other: str, window: str) -> None:
    asked = [
        ("/v1/suggest", {"q": text}),
        ("/v1/entities", {"q": text, "type": other}),
        (f"/v1/entities/{quote(text, safe='')}", {}),
        (f"/entities/{quote(text, safe='')}", {}),
        ("/v1/trending", {"window": window, "until": other, "source": text}),
        ("/v1/search", {"q": text}),
        ("/v1/export", {"q": text, "source": other, "fields": "title", "limit": 5, "format": "csv"}),
    ]
    for address, params in asked:
        # A client takes dots alone out of a path (RFC 3986, 5.2.4); it is then sent to where that leads.
        response = await http.get(address, params=params, follow_redirects=True)
        assert response.status_code in OK, (address, params, response.text)
