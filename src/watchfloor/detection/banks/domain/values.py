"""What a value of each kind is, in its normal form: equal things are written equally, and what is none is said in one sentence."""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from watchfloor.kernel.errors import BadInput

KINDS = ("pdq", "md5", "sha256", "video", "text", "url")
EXACT = ("md5", "sha256", "url")
ENOUGH = 50
MOST_FRAMES = 5_000
LONGEST_TEXT = 20_000
LONGEST_URL = 2_000
_DIGITS = {"pdq": 64, "md5": 32, "sha256": 64}
_HEX = re.compile(r"[0-9a-f]+")
_PORTS = {"http": 80, "https": 443}


class Frame(NamedTuple):
    """A frame of a known video."""

    digits: str
    quality: int
    seconds: float


def normal(kind: str, value: str) -> str:
    """The form in which a value is kept and compared.

    Raises:
        BadInput: it is no value of this kind.
    """
    if kind not in KINDS:
        raise BadInput(
            "unknown_kind", f"{kind[:40]!r} is no kind of entry.", where="kind", hint=f"One of: {', '.join(KINDS)}."
        )
    text = value.strip()
    if not text:
        raise BadInput("empty", "An entry cannot be empty.", where="value")
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadInput("not_text", "An entry holds a character that is no text.", where="value")
    if kind in _DIGITS:
        return _digits(kind, text)
    if kind == "video":
        return written(frames_of(text))
    if kind == "url":
        return address(text)
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            "too_long", f"A text has {len(text):,} characters; {LONGEST_TEXT:,} are the most.", where="value"
        )
    return text


def key_of(kind: str, form: str) -> bytes:
    """Sixteen bytes under which a normal form is found; ``pdq`` and ``video`` too, where only equal ones meet."""
    return hashlib.sha256(f"{kind}\n{form}".encode()).digest()[:16]


def _digits(kind: str, text: str) -> str:
    low = text.lower()
    if len(low) != _DIGITS[kind] or not _HEX.fullmatch(low):
        raise BadInput(
            "bad_digits",
            f"{text[:80]!r} is not the {_DIGITS[kind]} hexadecimal digits of {_NAMES[kind]}.",
            where="value",
        )
    return low


_NAMES = {"pdq": "a PDQ hash", "md5": "an MD5", "sha256": "a SHA-256"}


def frames_of(text: str) -> list[Frame]:
    """The frames of a video: lines as vPDQ writes them (``frame,quality,digits,seconds``), or its JSON list.

    Frames below quality 50 are like too many others and are left out.
    """
    found = _from_json(text) if text.lstrip().startswith("[") else _from_lines(text)
    used = [frame for frame in found if frame.quality >= ENOUGH]
    if not used:
        raise BadInput("no_frames", f"The video has no frame with a quality of {ENOUGH} or more.", where="value")
    if len(used) > MOST_FRAMES:
        raise BadInput("too_long", f"The video has {len(used):,} frames; {MOST_FRAMES:,} are the most.", where="value")
    return used


def written(frames: list[Frame]) -> str:
    """Frames as lines, one way for one video."""
    return "\n".join(f"{place},{each.quality},{each.digits},{each.seconds:.3f}" for place, each in enumerate(frames))


def _from_lines(text: str) -> list[Frame]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split(",")]
        if len(parts) != 4:
            raise BadInput(
                "bad_frame", f"Line {number} of the video is not frame,quality,digits,seconds.", where="value"
            )
        found.append(_frame(number, parts[2], parts[1], parts[3]))
    return found


def _from_json(text: str) -> list[Frame]:
    try:
        rows: Any = json.loads(text)
    except ValueError:
        raise BadInput("bad_json", "The video's frames are no JSON.", where="value") from None
    found = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise BadInput("bad_frame", f"Frame {number} of the video is no object.", where="value")
        digits = row.get("pdq_hex", row.get("hash", ""))
        found.append(_frame(number, str(digits), row.get("quality", ""), row.get("timestamp", row.get("seconds", 0))))
    return found


def _frame(number: int, digits: str, quality: Any, seconds: Any) -> Frame:
    try:
        moment, much = float(seconds), int(quality)
    except (TypeError, ValueError):
        raise BadInput("bad_frame", f"Frame {number} of the video has no quality or no time.", where="value") from None
    if not math.isfinite(moment) or moment < 0:
        raise BadInput("bad_frame", f"Frame {number} of the video has no time.", where="value")
    return Frame(_digits("pdq", digits), much, moment)


def address(text: str) -> str:
    """A web address: host in lower-case ASCII, without scheme, default port, fragment, credentials and the slash at the end."""
    if len(text) > LONGEST_URL:
        raise BadInput(
            "too_long", f"An address has {len(text):,} characters; {LONGEST_URL:,} are the most.", where="value"
        )
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = _host(parts), parts.port
    except ValueError:
        host, port = "", None
        parts = SplitResult("", "", "", "", "")
    if "." not in host and ":" not in host:
        raise BadInput(
            "no_address", f"{text[:80]!r} is no web address.", where="value", hint="Such as example.com/page."
        )
    where = host if port is None or port == _PORTS.get(parts.scheme.lower()) else f"{host}:{port}"
    rest = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return where + rest


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    if any(char.isspace() for char in name):
        return ""
    return name if name.isascii() else name.encode("idna").decode("ascii")


_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'\u00ab\u00bb]+", re.IGNORECASE)


def addresses_in(text: str) -> list[str]:
    """The addresses written out in a text, in their normal form, each once."""
    found: dict[str, None] = {}
    for match in _LINK.finditer(text[:LONGEST_TEXT]):
        try:
            found[address(match[0].rstrip(".,;:!?)]}"))] = None
        except BadInput:
            continue
    return list(found)
