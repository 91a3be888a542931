"""What receivers get, held against the library that the specification's authors give them."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from support.alerts import alert
from support.messages import AT

from services.search.alerts.signing import delivery_id, new_secret, signed


def test_a_delivery_is_verified_with_its_secret_alone() -> None:
    secret = new_secret()
    body, headers = signed(alert(), secret, datetime.now(UTC))
    told = Verifier(secret).verify(body, headers)
    assert told["type"] == "article.matched"
    assert told["timestamp"] == "2026-11-22T08:30:01.000Z"
    assert told["data"]["search"] == {"id": "0123456789abcdef", "name": "Ports"}
    assert told["data"]["article"]["url"] == "https://news.example/quay"
    assert told["data"]["article"]["source"]["domain"] == "news.example"
    for wrong in (new_secret(), new_secret()):
        with pytest.raises(WebhookVerificationError):
            Verifier(wrong).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.replace(b"quay", b"quax"), headers)


def test_an_old_delivery_can_not_be_sent_again_by_others() -> None:
    secret = new_secret()
    body, headers = signed(alert(), secret, datetime.now(UTC) - timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Verifier(secret).verify(body, headers)


def test_ids_are_of_a_search_and_a_version_of_an_article() -> None:
    same = {delivery_id(alert()), delivery_id(alert().model_copy(update={"indexed_at": AT + timedelta(days=1)}))}
    assert len(same) == 1
    others = [alert("other"), alert(at=AT + timedelta(seconds=1)), alert(search="f" * 16)]
    assert len(same | {delivery_id(other) for other in others}) == 4


def test_secrets_are_new_each_time() -> None:
    assert len({new_secret() for _ in range(50)}) == 50


def test_a_test_says_that_it_is_one() -> None:
    secret = new_secret()
    body, headers = signed(alert().model_copy(update={"test": True}), secret, datetime.now(UTC))
    assert Verifier(secret).verify(body, headers)["type"] == "webhook.test"
