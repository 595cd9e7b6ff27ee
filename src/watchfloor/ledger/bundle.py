"""Everything a stranger needs to check one event, in one JSON file: made here, checked by ``verifier.py`` alone."""

from __future__ import annotations

import base64
from typing import TypedDict

from watchfloor.ledger.merkle import Tree

FORMAT = "watchfloor-proof/1"


class Earlier(TypedDict):
    """An older checkpoint, and the proof that the log has only grown since."""

    checkpoint: str
    consistency: list[str]


class Bundle(TypedDict, total=False):
    """Hashes are base64. ``event`` is a string: the very bytes that were hashed, which no JSON tool may rearrange."""

    format: str
    event: str
    leaf_index: int
    tree_size: int
    inclusion: list[str]
    checkpoint: str
    public_key: str
    earlier: Earlier


def make(
    tree: Tree,
    *,
    event: bytes,
    index: int,
    size: int,
    checkpoint: str,
    public_key: str,
    earlier: tuple[int, str] | None = None,
) -> Bundle:
    """The proof that ``event`` (canonical JSON) is entry ``index`` of the tree that ``checkpoint`` signs at ``size``.

    Args:
        checkpoint: the signed note; ``public_key``: who signed it, as a vkey.
        earlier: the size and the note of an older checkpoint to prove growth from.
    """
    bundle: Bundle = {
        "format": FORMAT,
        "event": event.decode(),
        "leaf_index": index,
        "tree_size": size,
        "inclusion": _encode(tree.inclusion_proof(index, size)),
        "checkpoint": checkpoint,
        "public_key": public_key,
    }
    if earlier is not None:
        old_size, note = earlier
        bundle["earlier"] = {"checkpoint": note, "consistency": _encode(tree.consistency_proof(old_size, size))}
    return bundle


def _encode(hashes: list[bytes]) -> list[str]:
    return [base64.b64encode(digest).decode() for digest in hashes]
