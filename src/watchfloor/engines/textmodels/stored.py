"""The stored form of a model: one versioned MessagePack struct with a checksum, so that a wrong or torn file is refused."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from watchfloor.kernel.errors import BadInput

_MAGIC = b"WFTM\x02"  # the last byte is the version of this layout


class StoredModel(msgspec.Struct):
    """All that an ``OnlineClassifier`` is made of; see its attributes of the same names."""

    features: int
    options: dict[str, Any]
    names: list[str]
    weights: list[float]
    squares: list[float]
    bias: tuple[float, float]
    counts: tuple[int, int]
    journal: list[tuple[list[int], bool, float]]
    recent: list[tuple[float, bool]]
    platt: tuple[float, float]
    letters: dict[str, Any]


def pack(model: StoredModel) -> bytes:
    """Mark and version, 16 bytes of SHA-256, then the struct."""
    body = msgspec.msgpack.encode(model)
    return _MAGIC + hashlib.sha256(body).digest()[:16] + body


def unpack(data: bytes, *, features: int) -> StoredModel:
    """The struct, if the bytes are whole and of this version; otherwise BadInput."""
    mark = len(_MAGIC)
    if data[: mark - 1] != _MAGIC[:-1]:
        raise BadInput("bad_model", "These bytes are no stored text model.")
    if data[:mark] != _MAGIC:
        raise BadInput(
            "model_version",
            "This text model was written by another version of Watchfloor.",
            hint="Learn it again from the decisions.",
        )
    body = data[mark + 16 :]
    if hashlib.sha256(body).digest()[:16] != data[mark : mark + 16]:
        raise BadInput(
            "bad_model",
            "This stored text model is damaged: its checksum is wrong.",
            hint="Go back to an earlier version of the model.",
        )
    try:
        model = msgspec.msgpack.decode(body, type=StoredModel)
    except msgspec.DecodeError as error:
        raise BadInput("bad_model", "This stored text model cannot be read.") from error
    if model.features != features:
        raise BadInput(
            "model_version",
            "This text model looks at texts in another way than this version does.",
            hint="Learn it again from the decisions.",
        )
    return model
