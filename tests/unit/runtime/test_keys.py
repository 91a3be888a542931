"""API keys as they are made and kept."""

from datetime import UTC, datetime

from services.runtime.keys import digest, new_key

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_key_is_not_in_what_is_kept_of_it() -> None:
    key, record = new_key("bot", ("ingest",), NOW)
    secret = key.rpartition("_")[2]
    assert key.startswith(f"newsloom_{record.id}_")
    assert record.digest == digest(key)
    assert secret not in record.model_dump_json()
    assert "digest" not in record.shown()
    assert record.revoked_at is None


def test_keys_differ() -> None:
    assert len({new_key("bot", ("read",), NOW)[0] for _ in range(50)}) == 50
