"""The Merkle log's place in the database: leaves and complete subtrees, each written once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable

from watchfloor.ledger.canonical import canonical
from watchfloor.ledger.checkpoint import Signer, Verifier
from watchfloor.ledger.merkle import Tree
from watchfloor.ledger.models import Event, Leaf, Node
from watchfloor.ledger.writer import plain
from watchfloor.platform import config


class DatabaseStore:
    """``merkle.NodeStore`` over the tables; level 0 are the leaves, which the sequencer writes itself."""

    def get(self, level: int, index: int) -> bytes:
        if level == 0:
            found = Leaf.objects.filter(number=index).values_list("hash", flat=True).first()
        else:
            found = Node.objects.filter(level=level, number=index).values_list("hash", flat=True).first()
        if found is None:
            raise KeyError((level, index))
        return bytes(found)

    def put_many(self, nodes: Iterable[tuple[int, int, bytes]]) -> None:
        Node.objects.bulk_create(
            [Node(level=level, number=index, hash=digest) for level, index, digest in nodes if level]
        )


def size() -> int:
    """How many events are in the tree."""
    last = Leaf.objects.order_by("-number").values_list("number", flat=True).first()
    return 0 if last is None else last + 1


def tree() -> Tree:
    """The stored tree as it stands."""
    return Tree(DatabaseStore(), size())


def entry(event: Event) -> bytes:
    """The canonical bytes of an event, which are hashed and which a proof shows."""
    return canonical(
        {
            "id": str(event.pk),
            "type": event.type,
            "at": plain(event.at),
            "actor": event.actor,
            "on_behalf": event.on_behalf,
            "reason": event.reason,
            "subject": event.subject,
            "case": plain(event.case_id),
            "policy_version": plain(event.policy_version),
            "item_version": event.item_version,
            "data": event.data,
            "changes": event.changes,
        }
    )


def signer() -> Signer:
    """The installation's own key, made on first use and kept in the data folder (``keys/ledger.key``)."""
    seed = hashlib.sha256(config.secret("ledger.key").encode()).digest()
    return Signer.from_seed(origin(), seed)


def verifier() -> Verifier:
    """The public half."""
    return signer().verifier


def origin() -> str:
    """The log's name in its checkpoints: ``WATCHFLOOR_LEDGER_ORIGIN``, or one derived from this installation."""
    named = os.environ.get("WATCHFLOOR_LEDGER_ORIGIN")
    if named:
        return named
    return "watchfloor.invalid/" + hashlib.sha256(config.secret("installation.id").encode()).hexdigest()[:16]
