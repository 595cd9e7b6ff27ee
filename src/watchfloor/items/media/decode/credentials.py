"""Checks a file's content credentials (C2PA): whether the signature holds and belongs to these bytes, whether its signer is on a list.

Runs in the cage, over the reference library of the field (extra ``provenance``). What the library needs of ours, the list of
certificates that are trusted, is read before the cage closes and before a byte of the file is seen. Nothing is fetched: no manifest that
lies elsewhere, no revocation, no time stamp authority. Codes of problems are C2PA's own (C2PA 2.1, section 15).
"""

from __future__ import annotations

import contextlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any

try:
    import c2pa
except ImportError:  # the extra is not installed
    c2pa = None

MOST_PROBLEMS = 12
_LONGEST = 120
_STANDINGS = {"Trusted": "trusted", "Valid": "untrusted"}
_EMPTY_JPEG = bytes.fromhex("ffd8ffd9")


def prepared(trust: str) -> Any:
    """What a check needs besides the file: settings with the certificates of the PEM file ``trust`` (``""``: none is trusted)."""
    settings: dict[str, Any] = {"verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False}}
    if trust:
        settings["trust"] = {"user_anchors": Path(trust).read_text()}
    return c2pa.Context.from_dict(settings)


def credentials(file: Any, mime: str, context: Any) -> dict[str, Any]:
    """``standing`` and what stands in the active manifest. Never raises but for want of memory."""
    try:
        with c2pa.Reader(mime, _Readable(file), context=context) as reader:
            return _said(json.loads(reader.json()))
    except MemoryError:
        raise
    except Exception as problem:  # whatever a hostile file makes of a parser
        kind = type(problem).__name__.removeprefix("_C2pa")
        return {"standing": "unreadable", "problems": [kind[:_LONGEST]]}


def warm_up() -> None:
    """What is loaded at first use is loaded now: a child can open no file."""
    if c2pa is not None:
        with contextlib.suppress(Exception):
            credentials(BytesIO(_EMPTY_JPEG), "image/jpeg", prepared(""))


class _Readable:
    """The file with the two verbs of writing that the library asks a stream to have; both refuse."""

    def __init__(self, file: Any) -> None:
        self.read, self.readinto, self.seek, self.tell = file.read, file.readinto, file.seek, file.tell

    def write(self, _: bytes) -> int:
        raise OSError("This file is only read.")

    def flush(self) -> None:
        """Nothing was written."""


def _said(store: dict[str, Any]) -> dict[str, Any]:
    manifest = store["manifests"][store["active_manifest"]]
    signed = manifest.get("signature_info") or {}
    failures = [str(each.get("code")) for each in store.get("validation_status") or () if isinstance(each, dict)]
    names = dict.fromkeys(_words(signed.get(key)) for key in ("common_name", "issuer"))
    return {
        "standing": _STANDINGS.get(str(store.get("validation_state")), "invalid"),
        "signer": ", ".join(name for name in names if name)[: 2 * _LONGEST],
        "signed_at": _words(signed.get("time")),
        "by_ai": _by_ai(manifest),
        "problems": list(dict.fromkeys(_words(code) for code in failures))[:MOST_PROBLEMS],
    }


def _by_ai(manifest: dict[str, Any]) -> bool:
    """Whether a step of the manifest says that a trained model made some of it."""
    for assertion in manifest.get("assertions") or ():
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for step in (assertion.get("data") or {}).get("actions") or ():
                if "trainedalgorithmic" in str(step.get("digitalSourceType", "")).lower():
                    return True
    return False


def _words(text: Any) -> str:
    """One line of printable text."""
    return " ".join("".join(each if each.isprintable() else " " for each in str(text or "")[:1000]).split())[:_LONGEST]
