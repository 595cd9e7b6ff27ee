"""JSON: a list of entries, one a line, or the contents of HMA's banks (several signals under one number)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from watchfloor.detection.exchanges.formats.rows import Collect, HashRow
from watchfloor.kernel.errors import BadInput

# HMA's names of the signals we keep, and back.
HMA_NAMES = {"pdq": "pdq", "md5": "video_md5", "text": "raw_text", "url": "url", "sha256": "sha256", "video": "vpdq"}


def read(text: str, found: Collect) -> None:
    """A list, or an object with the list under ``entries``. Raises ``BadInput`` when it is neither."""
    try:
        whole = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise BadInput("bad_json", f"The file is no well-formed JSON: {error}.", where="file") from error
    entries = whole.get("entries") if isinstance(whole, dict) else whole
    if not isinstance(entries, list):
        raise BadInput(
            "bad_json",
            "The file holds no list of entries.",
            where="file",
            hint='Like {"entries": [{"kind": "pdq", "value": "..."}]}.',
        )
    for place, each in enumerate(entries):
        _entry(each, found, at=f"[{place}]")


def read_lines(text: str, found: Collect) -> None:
    """One object a line."""
    for line, each in _lines(text, found):
        _entry(each, found, line=line)


def read_contents(text: str, found: Collect) -> None:
    """What HMA answers for a content, one a line or as a list: ``{"id": 7, "signals": {"pdq": "..."}, "note": "..."}``."""
    if text.lstrip().startswith("["):
        try:
            listed = msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise BadInput("bad_json", f"The file is no well-formed JSON: {error}.", where="file") from error
        contents = [(0, f"[{place}]", each) for place, each in enumerate(listed)]
    else:
        contents = [(line, "", each) for line, each in _lines(text, found)]
    for line, at, each in contents:
        signals = each.get("signals") if isinstance(each, dict) else None
        if not isinstance(signals, dict) or not signals:
            found.reject(line=line, at=at, text=str(each), problem="it has no signals.")
            continue
        meta = _object(each.get("metadata"))
        collab = _object(meta.get("collab"))
        for name, value in signals.items():
            found.put(
                line=line, at=at, kind=str(name), value=str(value), evidence=_text(each.get("note")), source=next(iter(collab), "HMA"),
                source_ref=_text(meta.get("content_id")) or _text(each.get("id")),
            )  # fmt: skip


def written(rows: Iterable[HashRow], title: str) -> Iterator[str]:
    """``{"bank": ..., "entries": [...]}``."""
    yield '{"bank": ' + msgspec.json.encode(title).decode() + ', "entries": [\n'
    for number, row in enumerate(rows):
        yield (",\n" if number else "") + msgspec.json.encode(_as_dict(row)).decode()
    yield "\n]}\n"


def written_lines(rows: Iterable[HashRow], title: str) -> Iterator[str]:
    """One object a line."""
    for row in rows:
        yield msgspec.json.encode(_as_dict(row)).decode() + "\n"


def written_contents(rows: Iterable[HashRow], title: str) -> Iterator[str]:
    """One content a line; each has one signal, for entries of ours stand alone."""
    for number, row in enumerate(rows, start=1):
        content: dict[str, Any] = {
            "id": number, "disable_until_ts": 0, "original_media_uri": None, "bank": {"name": title, "matching_enabled_ratio": 1.0},
            "signals": {HMA_NAMES[row.kind]: row.value},
        }  # fmt: skip
        if row.source_ref:
            content["metadata"] = {"content_id": row.source_ref}
        if row.evidence:
            content["note"] = row.evidence[:255]
        yield msgspec.json.encode(content).decode() + "\n"


def _entry(each: Any, found: Collect, *, line: int = 0, at: str = "") -> None:
    if not isinstance(each, dict):
        found.reject(line=line, at=at, text=str(each), problem="it is no object with a kind and a value.")
        return
    kind = _text(each.get("kind") or each.get("signal_type") or each.get("type"))
    value = each.get("value") or each.get("hash") or each.get("signal") or ""
    found.put(
        line=line, at=at, kind=kind, value=",".join(map(str, value)) if isinstance(value, list) else str(value),
        tags=each.get("tags") or (), evidence=_text(each.get("evidence") or each.get("note")), source=_text(each.get("source")),
        source_ref=_text(each.get("source_ref")), expires=_text(each.get("expires")),
    )  # fmt: skip


def _lines(text: str, found: Collect) -> Iterator[tuple[int, Any]]:
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            yield line, msgspec.json.decode(raw)
        except msgspec.DecodeError:
            found.reject(line=line, text=raw, problem="this line is no well-formed JSON.")


def _as_dict(row: HashRow) -> dict[str, Any]:
    """Only what says something."""
    named: dict[str, Any] = {"kind": row.kind, "value": row.value, "tags": list(row.tags), "evidence": row.evidence,
                             "source": row.source, "source_ref": row.source_ref,
                             "expires": row.expires_at.isoformat() if row.expires_at else ""}  # fmt: skip
    return {name: value for name, value in named.items() if value}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
