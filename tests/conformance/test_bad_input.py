"""More than a hundred kinds of bad input against the real intake app: each gets one clear error with a code and a place.

What is wrong with one row is tried twice: alone, and between two good neighbours, which must be taken in all the same.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.django_db

GOOD = {
    "item": {"type": "message", "id": "m-1", "data": {"text": "Win a prize"}},
    "reason": "spam", "reporter": {"kind": "user", "id": "u-7"},
}  # fmt: skip
GOOD_EVENT = {"name": "post.created", "item": {"type": "post", "id": "p-1", "data": {"text": "hello"}}}


def with_(path: str, value: Any, base: dict[str, Any] = GOOD) -> bytes:
    """The good row with one place changed (``...`` removes it)."""
    row = json.loads(json.dumps(base))
    place = row
    *steps, last = path.split(".")
    for step in steps:
        place = place.setdefault(step, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(row).encode()


def raw(old: str, new: str) -> bytes:
    """The good row's text with a piece replaced: for what ``json.dumps`` would never write."""
    text = json.dumps(GOOD)
    assert old in text
    return text.replace(old, new).encode()


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


TEXT = '"Win a prize"'
# name, row, code, where
ROWS: list[tuple[str, bytes, str, str]] = [
    ("a number", b"7", "wrong_type", ""),
    ("a string", b'"report"', "wrong_type", ""),
    ("null", b"null", "wrong_type", ""),
    ("true", b"true", "wrong_type", ""),
    ("an empty object", b"{}", "missing_field", "item"),
    ("no item", with_("item", ...), "missing_field", "item"),
    ("item null", with_("item", None), "wrong_type", "item"),
    ("item a string", with_("item", "message:1"), "wrong_type", "item"),
    ("item a list", with_("item", []), "wrong_type", "item"),
    ("no item type", with_("item.type", ...), "missing_field", "item.type"),
    ("item type null", with_("item.type", None), "wrong_type", "item.type"),
    ("item type a number", with_("item.type", 3), "wrong_type", "item.type"),
    ("item type unknown", with_("item.type", "mesage"), "unknown_item_type", "item.type"),
    ("item type empty", with_("item.type", ""), "unknown_item_type", "item.type"),
    ("item type with other capitals", with_("item.type", "Message"), "unknown_item_type", "item.type"),
    ("item type huge", with_("item.type", "m" * 10_000), "unknown_item_type", "item.type"),
    ("no item id", with_("item.id", ...), "missing_field", "item.id"),
    ("item id empty", with_("item.id", ""), "missing_field", "item.id"),
    ("item id a number", with_("item.id", 17), "wrong_type", "item.id"),
    ("item id too long", with_("item.id", "m" * 251), "too_long", "item.id"),
    ("item id with NUL", with_("item.id", "m\x00"), "bad_text", "item.id"),
    ("item unknown field", with_("item.kind", "x"), "unknown_field", "item"),
    ("data null", with_("item.data", None), "wrong_type", "item.data"),
    ("data a list", with_("item.data", [1]), "wrong_type", "item.data"),
    ("data a string", with_("item.data", "text"), "wrong_type", "item.data"),
    ("text a number", with_("item.data.text", 5), "wrong_type", "item.data.text"),
    ("text a list", with_("item.data.text", ["a"]), "wrong_type", "item.data.text"),
    ("text an object", with_("item.data.text", {"a": 1}), "wrong_type", "item.data.text"),
    ("text true", with_("item.data.text", True), "wrong_type", "item.data.text"),
    ("text too long", with_("item.data.text", "x" * 100_001), "too_long", "item.data.text"),
    ("text with NUL", with_("item.data.text", "a\x00b"), "bad_text", "item.data.text"),
    ("NUL in an unnamed field", with_("item.data.extra", {"deep": ["\x00"]}), "bad_text", "item.data.extra.deep[0]"),
    ("NUL in a key", with_("item.data", {"a\x00b": 1}), "bad_text", "item.data"),
    ("half a surrogate pair", raw(TEXT, '"\\ud800"'), "bad_text", "item.data.text"),
    ("surrogates the wrong way round", raw(TEXT, '"\\udc00\\ud800"'), "bad_text", "item.data.text"),
    ("half a surrogate in a key", raw('"text"', '"\\udfff"'), "bad_text", "item.data"),
    ("a list where a map belongs", with_("item.data.headers", []), "wrong_type", "item.data.headers"),
    ("a map where a list belongs", with_("item.data.links", {}), "wrong_type", "item.data.links"),
    ("a number field with text", with_("item", {"type": "post", "id": "1", "data": {"views": "12"}}), "wrong_type", "item.data.views"),
    ("a number field with true", with_("item", {"type": "post", "id": "1", "data": {"views": True}}), "wrong_type", "item.data.views"),
    ("a boolean field with 1", with_("item", {"type": "post", "id": "1", "data": {"deleted": 1}}), "wrong_type", "item.data.deleted"),
    ("a required field missing", with_("item", {"type": "link", "id": "1", "data": {}}), "missing_field", "item.data.url"),
    ("a required field null", with_("item", {"type": "link", "id": "1", "data": {"url": None}}), "missing_field", "item.data.url"),
    ("a whole number beyond 2^53", with_("item.data.n", 2**53), "number_too_large", "item.data.n"),
    ("a negative one", with_("item.data.n", -(2**53)), "number_too_large", "item.data.n"),
    ("a number of a thousand digits", raw(TEXT, "1" * 1000), "number_too_large", ""),
    ("a number of five thousand digits", raw(TEXT, "1" * 5000), "number_too_large", ""),
    ("a fraction beyond all bounds", raw(TEXT, "1e999"), "number_too_large", ""),
    ("a fraction of a thousand digits", raw(TEXT, "0." + "1" * 1000), "number_too_large", ""),
    ("NaN", raw(TEXT, "NaN"), "not_a_number", ""),
    ("Infinity", raw(TEXT, "Infinity"), "not_a_number", ""),
    ("-Infinity", raw(TEXT, "-Infinity"), "not_a_number", ""),
    ("nesting thirteen deep", with_("item.data.deep", nested(13)), "too_deep", ""),
    ("nesting fifty deep", with_("item.data.deep", nested(50)), "too_deep", ""),
    ("nesting a hundred thousand deep", raw(TEXT, "[" * 100_000 + "]" * 100_000), "too_deep", ""),
    ("objects fifty thousand deep", raw(TEXT, '{"a":' * 50_000 + "1" + "}" * 50_000), "too_deep", ""),
    ("a doubled key", raw('"reason"', '"reason": "spam", "reason"'), "duplicate_key", ""),
    ("a doubled key in data", raw('"text"', '"text": "", "text"'), "duplicate_key", ""),
    ("a doubled key, once escaped", raw('"text"', '"te\\u0078t": "", "text"'), "duplicate_key", ""),
    ("author a string", with_("item.author", "a-1"), "wrong_type", "item.author"),
    ("author without id", with_("item.author", {"type": "account"}), "missing_field", "item.author.id"),
    ("author id empty", with_("item.author", {"id": ""}), "missing_field", "item.author.id"),
    ("author id a number", with_("item.author", {"id": 1}), "wrong_type", "item.author.id"),
    ("author id too long", with_("item.author", {"id": "a" * 251}), "too_long", "item.author.id"),
    ("author of unknown type", with_("item.author", {"type": "person", "id": "1"}), "unknown_item_type", "item.author.type"),
    ("author unknown field", with_("item.author", {"id": "1", "name": "x"}), "unknown_field", "item.author"),
    ("no reason", with_("reason", ...), "missing_field", "reason"),
    ("reason null", with_("reason", None), "wrong_type", "reason"),
    ("reason a list", with_("reason", ["spam"]), "wrong_type", "reason"),
    ("reason unknown", with_("reason", "spma"), "unknown_reason", "reason"),
    ("reason empty", with_("reason", ""), "unknown_reason", "reason"),
    ("reason huge", with_("reason", "s" * 50_000), "unknown_reason", "reason"),
    ("reporter a string", with_("reporter", "u-7"), "wrong_type", "reporter"),
    ("reporter null", with_("reporter", None), "wrong_type", "reporter"),
    ("reporter of unknown kind", with_("reporter.kind", "robot"), "unknown_value", "reporter.kind"),
    ("reporter id a number", with_("reporter.id", 7), "wrong_type", "reporter.id"),
    ("reporter id too long", with_("reporter.id", "u" * 251), "too_long", "reporter.id"),
    ("reporter unknown field", with_("reporter.email", "a@example.org"), "unknown_field", "reporter"),
    ("channel unknown", with_("channel", "telepathy"), "unknown_value", "channel"),
    ("channel a number", with_("channel", 1), "wrong_type", "channel"),
    ("note a number", with_("note", 1), "wrong_type", "note"),
    ("note null", with_("note", None), "wrong_type", "note"),
    ("note too long", with_("note", "n" * 10_001), "too_long", "note"),
    ("note with NUL", with_("note", "\x00"), "bad_text", "note"),
    ("market a sentence", with_("market", "Germany and Austria"), "too_long", "market"),
    ("market of odd characters", with_("market", "D€"), "bad_format", "market"),
    ("market with a line break", with_("market", "DE\n"), "bad_format", "market"),
    ("market a list", with_("market", ["DE"]), "wrong_type", "market"),
    ("language of odd characters", with_("language", "de_DE!"), "bad_format", "language"),
    ("language too long", with_("language", "de-" + "x" * 20), "too_long", "language"),
    ("surface too long", with_("surface", "s" * 41), "too_long", "surface"),
    ("reach negative", with_("reach", -1), "out_of_range", "reach"),
    ("reach beyond 2^53", with_("reach", 2**60), "out_of_range", "reach"),
    ("reach a fraction", with_("reach", 1.5), "wrong_type", "reach"),
    ("reach a string", with_("reach", "12"), "wrong_type", "reach"),
    ("reach true", with_("reach", True), "wrong_type", "reach"),
    ("reported_at no time", with_("reported_at", "yesterday"), "bad_time", "reported_at"),
    ("reported_at without a zone", with_("reported_at", "2026-01-02T03:04:05"), "bad_time", "reported_at"),
    ("reported_at on 30 February", with_("reported_at", "2026-02-30T00:00:00Z"), "bad_time", "reported_at"),
    ("reported_at far in the future", with_("reported_at", "2999-01-01T00:00:00Z"), "bad_time", "reported_at"),
    ("reported_at before there was a web", with_("reported_at", "1970-01-01T00:00:00Z"), "bad_time", "reported_at"),
    ("reported_at a number", with_("reported_at", 1767323045), "wrong_type", "reported_at"),
    ("id a number", with_("id", 5), "wrong_type", "id"),
    ("id too long", with_("id", "i" * 201), "too_long", "id"),
    ("id with NUL", with_("id", "\x00"), "bad_text", "id"),
    ("external_id too long", with_("external_id", "i" * 201), "too_long", "external_id"),
    ("an unknown field", with_("user", "u"), "unknown_field", ""),
    ("a misspelt field", with_("resaon", "spam"), "unknown_field", ""),
    ("an event among reports", json.dumps(GOOD_EVENT).encode(), "unknown_field", ""),
    ("more than a megabyte", with_("item.data.texts", ["x" * 99_000] * 11), "row_too_large", ""),
]  # fmt: skip

EVENTS: list[tuple[str, bytes, str, str]] = [
    ("event without a name", with_("name", ..., GOOD_EVENT), "missing_field", "name"),
    ("event with an empty name", with_("name", "", GOOD_EVENT), "missing_field", "name"),
    ("event with an odd name", with_("name", "post created!", GOOD_EVENT), "bad_format", "name"),
    ("event with a long name", with_("name", "n" * 121, GOOD_EVENT), "too_long", "name"),
    ("event with a path as name", with_("name", "../../x", GOOD_EVENT), "bad_format", "name"),
    ("event without an item", with_("item", ..., GOOD_EVENT), "missing_field", "item"),
    ("event at no time", with_("at", "now", GOOD_EVENT), "bad_time", "at"),
    ("event in the future", with_("at", "2999-01-01T00:00:00Z", GOOD_EVENT), "bad_time", "at"),
    ("event data a list", with_("data", [], GOOD_EVENT), "wrong_type", "data"),
    ("event data with a huge number", with_("data", {"n": 2**60}, GOOD_EVENT), "number_too_large", "data.n"),
    ("event data with NUL", with_("data", {"n": "\x00"}, GOOD_EVENT), "bad_text", "data.n"),
    ("event data too deep", with_("data", {"n": nested(20)}, GOOD_EVENT), "too_deep", ""),
    ("a report among events", json.dumps(GOOD).encode(), "unknown_field", ""),
]  # fmt: skip

JSON, NDJSON = {"content-type": "application/json"}, {"content-type": "application/x-ndjson"}
good = json.dumps(GOOD).encode()
# name, body, headers, status, code, where
ENVELOPES: list[tuple[str, bytes, dict[str, str], int, str, str]] = [
    ("nothing", b"", JSON, 422, "empty_body", ""),
    ("only spaces", b" \n ", JSON, 422, "empty_body", ""),
    ("an empty batch", b"[]", JSON, 422, "empty_batch", "reports"),
    ("an empty batch object", b'{"reports": []}', JSON, 422, "empty_batch", "reports"),
    ("empty lines", b"\n\n \n", NDJSON, 422, "empty_body", ""),
    ("reports no list", b'{"reports": 5}', JSON, 400, "bad_json", "reports"),
    ("something after the list", b'{"reports": [%s], "x": 1}' % good, JSON, 400, "bad_json", "reports"),
    ("the wrong list", b'{"events": [%s]}' % good, JSON, 422, "unknown_field", ""),
    ("no JSON", b"hello", JSON, 400, "bad_json", ""),
    ("a form", b"reason=spam&item=1", JSON, 400, "bad_json", ""),
    ("cut off", good[:-5], JSON, 400, "bad_json", ""),
    ("cut off in a string", good[:40], JSON, 400, "bad_json", ""),
    ("single quotes", good.replace(b'"', b"'"), JSON, 400, "bad_json", ""),
    ("a trailing comma", good[:-1] + b",}", JSON, 400, "bad_json", ""),
    ("a comment", b"/* x */ " + good, JSON, 400, "bad_json", ""),
    ("two values", good + b" " + good, JSON, 400, "bad_json", ""),
    ("a control character", good.replace(b"Win a", b"Win\x01a"), JSON, 400, "bad_json", ""),
    ("a raw NUL", good + b"\x00", JSON, 400, "bad_json", ""),
    ("an unknown escape", good.replace(b"Win a", b"Win\\qa"), JSON, 400, "bad_json", ""),
    ("a leading zero", good.replace(b'"Win a prize"', b"012"), JSON, 400, "bad_json", ""),
    ("a batch cut off", b"[" + good + b",", JSON, 400, "bad_json", "reports[1]"),
    ("a batch without a comma", b"[" + good + b" " + good + b"]", JSON, 400, "bad_json", "reports[0]"),
    ("a batch that goes on", b"[" + good + b"] x", JSON, 400, "bad_json", "reports"),
    ("a batch that is never closed", b"[" * 8_000_000, JSON, 413, "row_too_large", "reports[0]"),
    ("bad UTF-8", good.replace(b"Win", b"\xff\xfe"), JSON, 400, "bad_encoding", ""),
    ("an overlong NUL", good.replace(b"Win", b"\xc0\x80"), JSON, 400, "bad_encoding", ""),
    ("UTF-8 cut off", good.replace(b"Win", b"\xe2\x82"), JSON, 400, "bad_encoding", ""),
    ("UTF-16", json.dumps(GOOD).encode("utf-16"), JSON, 400, "bad_encoding", ""),
    ("too many rows", b"[" + b",".join([good] * 1001) + b"]", JSON, 413, "too_many_rows", "reports"),
    ("too many lines", b"\n".join([good] * 1001), NDJSON, 413, "too_many_rows", "reports"),
    ("four million rows", b"[" + b"1," * 3_999_990 + b"1]", JSON, 413, "too_many_rows", "reports"),
    ("too many bytes", b" " * (8 * 1024 * 1024 + 1), JSON, 413, "body_too_large", ""),
    ("a huge length announced", good, {**JSON, "content-length": "99999999999"}, 413, "body_too_large", ""),
    ("plain text", good, {"content-type": "text/plain"}, 415, "unsupported_media_type", ""),
    ("a form's type", good, {"content-type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type", ""),
    ("XML", b"<report/>", {"content-type": "application/xml"}, 415, "unsupported_media_type", ""),
    ("an odd charset", good, {"content-type": "application/json; charset=latin-1"}, 415, "unsupported_charset", ""),
    ("brotli", good, {**JSON, "content-encoding": "br"}, 415, "unsupported_encoding", ""),
    ("gzip twice", good, {**JSON, "content-encoding": "gzip, gzip"}, 415, "unsupported_encoding", ""),
    ("not gzip", good, {**JSON, "content-encoding": "gzip"}, 400, "bad_gzip", ""),
    ("gzip cut off", gzip.compress(good)[:-9], {**JSON, "content-encoding": "gzip"}, 400, "bad_gzip", ""),
    ("gzip with a bad checksum", gzip.compress(good)[:-8] + b"\0" * 8, {**JSON, "content-encoding": "gzip"}, 400, "bad_gzip", ""),
    ("gzip and rubbish", gzip.compress(good) + b"rubbish", {**JSON, "content-encoding": "gzip"}, 400, "bad_gzip", ""),
    ("gzip of nothing", gzip.compress(b""), {**JSON, "content-encoding": "gzip"}, 422, "empty_body", ""),
    ("no token", good, {**JSON, "authorization": ""}, 401, "no_token", ""),
    ("another scheme", good, {**JSON, "authorization": "Basic dTpw"}, 401, "no_token", ""),
    ("a token of nothing", good, {**JSON, "authorization": "Bearer "}, 401, "no_token", ""),
    ("a wrong token", good, {**JSON, "authorization": "Bearer guess"}, 401, "bad_token", ""),
    ("a huge token", good, {**JSON, "authorization": "Bearer " + "x" * 60_000}, 401, "bad_token", ""),
    ("a token of odd bytes", good, {**JSON, "authorization": "Bearer \xff\xfe"}, 401, "bad_token", ""),
    ("an expired token", good, {**JSON, "authorization": "Bearer wf-expired"}, 401, "bad_token", ""),
    ("an empty key", good, {**JSON, "idempotency-key": ""}, 422, "bad_key", "Idempotency-Key"),
    ("a long key", good, {**JSON, "idempotency-key": "k" * 181}, 422, "bad_key", "Idempotency-Key"),
    ("a key of odd bytes", good, {**JSON, "idempotency-key": "k\xe9y"}, 422, "bad_key", "Idempotency-Key"),
    ("a key with a tab", good, {**JSON, "idempotency-key": "k\ty"}, 422, "bad_key", "Idempotency-Key"),
]  # fmt: skip


@pytest.fixture(scope="module")
def door(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """One floor and one app for the whole module; emptied afterwards."""
    with django_db_blocker.unblock():
        from django.core.management import call_command
        from tests.support.intake import Client, floor

        from watchfloor.intake.asgi import Intake

        floor()
        app = Intake()
        yield Client(app)
        app.close()
        call_command("flush", verbosity=0, interactive=False)


def kept() -> int:
    from watchfloor.intake.models import Spooled

    return Spooled.objects.count()


def clear(error: dict[str, str], code: str) -> None:
    """One sentence for people, a word for programs, and nothing of our insides."""
    assert error["code"] == code, error
    assert error["message"][0].isupper() or error["message"][0] in "'\"12-"
    assert error["message"].endswith(".") and 10 < len(error["message"]) < 250
    assert "\n" not in error["message"] and "Traceback" not in error["message"] and "`" not in error["message"]
    assert set(error) <= {"code", "message", "where", "hint"}


def test_there_are_at_least_a_hundred_kinds() -> None:
    names = [case[0] for case in ROWS + EVENTS] + [case[0] for case in ENVELOPES]
    assert len(names) == len(set(names)) and len(names) >= 150


@pytest.mark.parametrize(("row", "code", "where"), [pytest.param(*case[1:], id=case[0]) for case in ROWS])
def test_a_bad_report(door: Any, row: bytes, code: str, where: str) -> None:
    judged(door, "reports", row, good, code, where)


@pytest.mark.parametrize(("row", "code", "where"), [pytest.param(*case[1:], id=case[0]) for case in EVENTS])
def test_a_bad_event(door: Any, row: bytes, code: str, where: str) -> None:
    judged(door, "events", row, json.dumps(GOOD_EVENT).encode(), code, where)


def judged(door: Any, name: str, row: bytes, neighbour: bytes, code: str, where: str) -> None:
    """Alone it is refused; between neighbours (as JSON and as lines) only it is."""
    before = kept()
    alone = asyncio.run(door.post(f"/v1/{name}", row))
    assert alone.status in {413, 422}, alone.body
    clear(alone.error, code)
    if where:
        assert alone.error["where"] == where
    assert kept() == before
    for body, headers in [
        (b"[%s,\n%s , %s]" % (neighbour, row, neighbour), JSON),
        (b"\n".join([neighbour, row, neighbour]), NDJSON),
    ]:
        before = kept()
        among = asyncio.run(door.post(f"/v1/{name}", body, headers=headers))
        assert among.status == 202, among.body[:300]
        first, bad, last = among.json["results"]
        assert (among.json["accepted"], among.json["rejected"]) == (2, 1)
        assert first["status"] == last["status"] == "accepted" and bad["status"] == "rejected"
        clear(bad["error"], code)
        place = f"{name}[1]" + (f".{where}" if where else "")
        assert bad["error"]["where"] == place if where else bad["error"]["where"].startswith(place)
        assert kept() == before + 2


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "where"), [pytest.param(*case[1:], id=case[0]) for case in ENVELOPES]
)
def test_a_bad_envelope(door: Any, body: bytes, headers: dict[str, str], status: int, code: str, where: str) -> None:
    before = kept()
    answer = asyncio.run(door.post("/v1/reports", body, headers=headers))
    assert answer.status == status, answer.body[:300]
    clear(answer.error, code)
    assert answer.error.get("where", "") == where
    assert kept() == before


def test_a_bad_line_costs_only_itself(door: Any) -> None:
    lines = [good, b"{oops", b"\xff", good]
    answer = asyncio.run(door.post("/v1/reports", b"\n".join(lines), headers=NDJSON))
    assert [row["status"] for row in answer.json["results"]] == ["accepted", "rejected", "rejected", "accepted"]
    assert [row["error"]["code"] for row in answer.json["results"][1:3]] == ["bad_json", "bad_encoding"]


def test_a_batch_of_only_bad_rows_is_refused_with_its_reasons(door: Any) -> None:
    answer = asyncio.run(door.post("/v1/reports", [1, {}]))
    assert answer.status == 422
    assert [row["error"]["where"] for row in answer.json["results"]] == ["reports[0]", "reports[1].item"]


def test_wrong_method_and_address(door: Any) -> None:
    got = asyncio.run(door.post("/v1/reports", b"", method="GET"))
    assert (got.status, got.headers["allow"], got.error["code"]) == (405, "POST", "method_not_allowed")
    assert asyncio.run(door.post("/v1/report", b"{}")).status == 404


def test_a_client_that_hangs_up_gets_no_answer_and_leaves_nothing(door: Any) -> None:
    sent: list[Any] = []
    messages = [{"type": "http.request", "body": good[:9], "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    before = kept()
    headers = [(b"authorization", b"Bearer wf-full")]
    asyncio.run(door.app({"type": "http", "method": "POST", "path": "/v1/reports", "headers": headers}, receive, send))
    assert sent == [] and kept() == before


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(
            lambda: (gzip.compress(b"\0" * 200_000_000), {**JSON, "content-encoding": "gzip"}), id="gzip bomb"
        ),
        pytest.param(
            lambda: (gzip.compress(b"[" * 200_000_000), {**JSON, "content-encoding": "gzip"}), id="gzip of brackets"
        ),
        pytest.param(lambda: (b"[" + b"{}," * 2_700_000 + b"1]", JSON), id="millions of objects"),
        pytest.param(lambda: (b'{"a":[' + b"{}," * 2_700_000 + b"1]}", JSON), id="millions of objects in one row"),
        pytest.param(
            lambda: (b'[{"a":[' + b"{}," * 2_700_000 + b"1]}]", JSON), id="millions of objects in a row of a batch"
        ),
        pytest.param(lambda: (b"[" * 8_000_000, JSON), id="millions of open brackets"),
        pytest.param(lambda: (b'["' + b"\\n" * 4_000_000 + b'"]', JSON), id="millions of escapes"),
        pytest.param(lambda: (b'{"a":' * 1_600_000, NDJSON), id="millions of open objects"),
    ],
)
def test_bombs_stay_small_in_memory(door: Any, make: Any) -> None:
    body, headers = make()
    before = kept()
    asyncio.run(door.post("/v1/reports", good))  # what is made once does not count
    tracemalloc.start()
    try:
        answer = asyncio.run(door.post("/v1/reports", body, headers=headers))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status in {400, 413, 422}
    assert peak < 64 * 1024 * 1024
    assert kept() == before + 1
