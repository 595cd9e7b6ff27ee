"""The readers, each with what it may say (our own errors) and texts to begin from. Anything else it raises is a fault."""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from watchfloor.detection.exchanges import formats as hash_files
from watchfloor.detection.streams.reading import playlists
from watchfloor.engines.sml import parse
from watchfloor.engines.sml.errors import Problems
from watchfloor.engines.textmodels.normalise import normalise
from watchfloor.intake import http, strict
from watchfloor.items.media import sniff
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger import canonical, checkpoint, merkle
from watchfloor.platform import targets as endpoints
from watchfloor.training import formats as questions
from watchfloor.training.domain import moodle, qti


class Target(NamedTuple):
    """One reader."""

    run: Callable[[bytes], Any]
    seeds: tuple[bytes, ...]
    may: tuple[type[Exception], ...] = (WatchfloorError,)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")


def _json(data: bytes) -> None:
    value = strict.Reader().one(strict.text_of(data))
    kept = strict.canonical(value, "")
    assert strict.canonical(json.loads(kept), "") == kept


def _many(data: bytes) -> None:
    list(strict.Reader().array(strict.text_of(data), "reports", 50))


def _ledger(data: bytes) -> None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    assert json.loads(canonical.canonical(value)) == value


def _proof(data: bytes) -> None:
    hashes = [data[n : n + 32] for n in range(2, len(data), 32)]
    first, second = (data[0], data[1]) if len(data) > 1 else (0, 0)
    root = hashes[-1] if hashes else b""
    assert not (merkle.verify_inclusion(b"\0" * 32, first, second, hashes, root) and len(root) != 32)
    merkle.verify_consistency(first, second, hashes, root, root[::-1])


def _rules(data: bytes) -> None:
    text = _text(data)
    parse.parse_file("x.sml", text, Problems({"x.sml": text}))


TARGETS: dict[str, Target] = {
    "json": Target(
        _json,
        (
            b'{"item":{"type":"post","id":"1","data":{"text":"a"}},"reason":"spam"}',
            b"[1,-0.5e3,null,true]",
            b'{"a":"\\u00e9\\ud83d\\ude00"}',
        ),
    ),
    "json-rows": Target(_many, (b'[{"a":1},{"b":[2]}]', b'[{"a":"x"}')),
    "gzip": Target(lambda data: http.decoded(data, "gzip"), (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0",)),
    "canonical": Target(
        _ledger, (b'{"b":1.5,"a":["x",null,1e21]}', b'{"\\u20ac":1,"\\r":2}'), (WatchfloorError, AssertionError)
    ),
    "checkpoint": Target(
        lambda data: checkpoint.Checkpoint.parse(_text(data)),
        (b"watchfloor.invalid/x\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",),
    ),
    "note": Target(lambda data: checkpoint.open_note(_text(data), []), ("x\n\n\u2014 name AAAAAA==\n".encode(),)),
    "proof": Target(_proof, (bytes(66), b"\x01\x02" + bytes(range(64)))),
    "rules": Target(
        _rules,
        (
            b'Import(["a.sml"])\nX = Rule(when_all=[A == 1], description="x")\nWhenRules(rules_any=[X], then=[])',
            b'A: str = JsonData(path="$.a")',
        ),
    ),
    "text": Target(
        lambda data: normalise(_text(data)),
        ("Vi\u200bagra h\u0435re: \u202ewww.ex\u0430mple.com +1 (555) 010-0000".encode(), b"\xe2\x80\x8f" * 9),
    ),
    "address": Target(
        lambda data: endpoints.check_url(_text(data)),
        (b"https://example.org:443/x?y#z", b"http://[::1]:80/", b"https://127.1/"),
    ),
    "sniff": Target(
        lambda data: (sniff.sniff(data), sniff.what(data)),
        (b"\x89PNG\r\n\x1a\n" + bytes(32), b"\0\0\0\x18ftypmp42", b"RIFF\0\0\0\0WEBPVP8 ", b"<svg xmlns="),
    ),
    "playlist": Target(
        lambda data: (
            playlists.segments(_text(data), "https://example.org/a.m3u8"),
            playlists.variant(_text(data), "https://example.org/a.m3u8"),
        ),
        (
            b'#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:6\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:6,\na.ts\n#EXT-X-ENDLIST\n',
            b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb.m3u8\n",
        ),
        (
            WatchfloorError,
            *[each for each in vars(playlists).values() if isinstance(each, type) and issubclass(each, Exception)],
        ),
    ),
    "moodle": Target(
        moodle.read,
        (
            b'<quiz><question type="multichoice"><name><text>a</text></name><answer fraction="100"><text>x</text></answer></question></quiz>',
        ),
    ),
    "qti": Target(
        qti.read,
        (
            b'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="a"/>',
            b"PK\x05\x06" + bytes(18),
        ),
    ),
    "questions": Target(questions.read, (b"::a:: Which? {=x ~y}", b"key,topic,answer,why\na,b,c,d\n")),
    **{
        f"hashes-{kind}": Target(
            lambda data, kind=kind: hash_files.read(data, kind),
            (b"hash,type\n" + b"a" * 32 + b",md5\n", b'{"indicators":[]}', b'{"Event":{"Attribute":[]}}'),
        )
        for kind in sorted(getattr(hash_files, "FORMATS", ("csv", "json", "jsonl", "misp", "stopncii")))
    },
}
