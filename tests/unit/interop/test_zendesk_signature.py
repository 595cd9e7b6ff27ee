"""What Zendesk signs: the timestamp's text and the raw body, in base64, and lately; nothing else passes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from watchfloor.interop.history.reports import signed

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
STAMP, BODY, SECRET = "2026-11-02T08:59:30Z", b'{"external_id": "7"}', "dGhpcy1pcy1hLXNlY3JldA=="


def made(stamp: str = STAMP, body: bytes = BODY, secret: str = SECRET) -> bytes:
    return hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()


def test_the_example_by_the_description() -> None:
    assert signed(SECRET, STAMP, BODY, base64.b64encode(made()).decode(), NOW)
    # reckoned once by hand, with another program: openssl dgst -sha256 -hmac SECRET -binary | base64
    assert base64.b64encode(made()).decode() == "9rRVDw2riFKqB4pPHqx6MjBhQuWPBox0JZUfpXHqdnU="


@pytest.mark.parametrize(("stamp", "signature"), [
    (STAMP, made().hex()),  # in hexadecimal
    (STAMP, base64.b64encode(hmac.new(SECRET.encode(), STAMP.encode() + b"." + BODY, hashlib.sha256).digest()).decode()),  # with a dot
    (STAMP, base64.b64encode(made(body=BODY + b" ")).decode()), (STAMP, base64.b64encode(made(secret="other")).decode()), (STAMP, ""),
    ("2026-11-02T08:59:31Z", base64.b64encode(made()).decode()),  # another timestamp
    ("2026-11-02T08:50:00Z", base64.b64encode(made("2026-11-02T08:50:00Z")).decode()),  # old
    ("2026-11-02T09:10:00Z", base64.b64encode(made("2026-11-02T09:10:00Z")).decode()),  # ahead
    ("2026-11-02T09:00:00", base64.b64encode(made("2026-11-02T09:00:00")).decode()), ("now", base64.b64encode(made("now")).decode()),
])  # fmt: skip
def test_what_does_not_pass(stamp: str, signature: str) -> None:
    assert not signed(SECRET, stamp, BODY, signature, NOW)


def test_without_a_secret_nothing_is_signed() -> None:
    assert not signed("", STAMP, BODY, base64.b64encode(made(secret="")).decode(), NOW)
    assert signed(SECRET, STAMP, BODY, base64.b64encode(made()).decode(), NOW - timedelta(minutes=4))
