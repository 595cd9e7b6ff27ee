"""Reads the JSON files of staffing into structs, with one sentence and the place for each mistake."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from watchfloor.kernel.errors import BadInput

T = TypeVar("T")


def read(path: Path, kind: type[T]) -> T:
    """The file as a ``kind``.

    Raises:
        BadInput: it cannot be read, is no JSON, or has a field that is unknown, missing or of a wrong type (``where`` names it).
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {error.strerror}.") from error
    return decode(raw, kind, str(path))


def decode(raw: bytes | str, kind: type[T], name: str) -> T:
    """As ``read``, from bytes; ``name`` is what errors call them."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$")
        raise BadInput(
            "bad_file", said.replace("`", "'") + ".", where=name + ": " + (place.rstrip("`").lstrip(".") or "the whole")
        ) from None
    except msgspec.DecodeError as error:
        raise BadInput("bad_json", f"This is no JSON: {error}.", where=name) from None
