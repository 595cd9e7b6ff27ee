"""A tree over the ledger in which every prefix has a root: it proves what is in and that nothing was taken out.

Hashing and proofs are those of RFC 6962, section 2.1, verification that of RFC 9162, section 2.1: SHA-256, a leaf is
``H(0x00 || entry)``, a node ``H(0x01 || left || right)``, the empty tree ``H("")``.
Only complete subtrees are stored, each written once: node ``(level, index)`` covers the ``2**level`` leaves from
``index * 2**level`` on. Every root and every proof, at any size the tree ever had, is made of them. Counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Protocol

from watchfloor.kernel.errors import BadInput, NotFound

EMPTY_ROOT = sha256(b"").digest()
Node = tuple[int, int, bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The 32-byte hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32-byte hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


class NodeStore(Protocol):
    """Where complete subtrees are kept."""

    def get(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree that was put; KeyError otherwise."""

    def put_many(self, nodes: Iterable[Node]) -> None:
        """Keep ``(level, index, hash)`` triples, each for ever."""


class MemoryStore:
    """Nodes in a dictionary: for tests and for checking a small export."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def put_many(self, nodes: Iterable[Node]) -> None:
        for level, index, digest in nodes:
            self.nodes[level, index] = digest


class Frontier:
    """All that appending needs: the roots of the present size's complete subtrees, the widest first, one per bit."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} entries has {size.bit_count()} complete subtrees, not {len(hashes)}")
        self.size = size
        self.hashes = list(hashes)

    @classmethod
    def load(cls, store: NodeStore, size: int) -> Frontier:
        """The frontier of the first ``size`` entries of a stored tree."""
        return cls(size, [store.get(level, index) for level, index in complete_subtrees(0, size)])

    def append(self, leaf: bytes) -> list[Node]:
        """Take in one leaf hash; the subtrees it completed, itself first."""
        index, level, digest = self.size, 0, leaf
        made = [(0, index, leaf)]
        while index & 1:
            digest = node_hash(self.hashes.pop(), digest)
            index >>= 1
            level += 1
            made.append((level, index, digest))
        self.hashes.append(digest)
        self.size += 1
        return made

    def extend(self, leaves: Iterable[bytes]) -> list[Node]:
        """``append`` for each in order."""
        return [node for leaf in leaves for node in self.append(leaf)]

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return _fold(self.hashes)


class Tree:
    """The tree of the first ``size`` entries in ``store``."""

    def __init__(self, store: NodeStore, size: int = 0) -> None:
        self.store = store
        self.frontier = Frontier.load(store, size)

    @property
    def size(self) -> int:
        return self.frontier.size

    def append_many(self, leaves: Iterable[bytes]) -> int:
        """Add leaf hashes; the new size."""
        self.store.put_many(self.frontier.extend(leaves))
        return self.size

    def root(self, size: int | None = None) -> bytes:
        """The root when the tree had ``size`` entries (by default now)."""
        size = self._known(size)
        return self.subtree(0, size)

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of entry ``index`` among ``size`` entries, from the leaf up (RFC 6962, section 2.1.1)."""
        size = self._known(size)
        if not 0 <= index < size:
            raise NotFound("no_entry", f"There is no entry {index} among the first {size}.")
        path, start, end = [], 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append((middle, end))
                end = middle
            else:
                path.append((start, middle))
                start = middle
        return [self.subtree(*piece) for piece in reversed(path)]

    def consistency_proof(self, old: int, new: int | None = None) -> list[bytes]:
        """What shows that the first ``old`` entries begin the ``new`` ones (RFC 6962, section 2.1.2)."""
        new = self._known(new)
        if not 0 <= old <= new:
            raise BadInput("bad_sizes", f"There is no proof from {old} to {new} entries.")
        if old in (0, new):
            return []
        path, start, end, whole = [], 0, new, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append((middle, end))
                end = middle
            else:
                path.append((start, middle))
                start, whole = middle, False
        if not whole:
            path.append((start, end))
        return [self.subtree(*piece) for piece in reversed(path)]

    def _known(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise NotFound("no_size", f"The tree has {self.size} entries; it never had {size}.")
        return size

    def subtree(self, start: int, end: int) -> bytes:
        """The hash over the leaves ``start`` to ``end``; see ``complete_subtrees`` for which ranges there are."""
        return _fold([self.store.get(level, index) for level, index in complete_subtrees(start, end)])


def complete_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """``(level, index)`` of the complete subtrees that make up the leaves ``start`` to ``end``, the widest first.

    ``start`` must be a multiple of a power of two no smaller than the range, as every piece of a proof is.
    """
    pieces = []
    while start < end:
        level = (end - start).bit_length() - 1
        pieces.append((level, start >> level))
        start += 1 << level
    return pieces


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf hash ``leaf`` is entry ``index`` of the ``size`` entries under this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, digest = index, size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != 32:
            return False
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and digest == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the ``old`` entries under ``old_root`` begin the ``new`` ones under ``new_root`` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:  # every tree begins with the empty one
        return not path and old_root == EMPTY_ROOT
    steps = list(path)
    if old & (old - 1) == 0:  # a complete tree is its own first step
        steps.insert(0, old_root)
    if not steps or any(len(step) != 32 for step in steps):
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_digest = new_digest = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_digest = node_hash(step, old_digest)
            new_digest = node_hash(step, new_digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_digest = node_hash(new_digest, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old_digest == old_root and new_digest == new_root


def _split(width: int) -> int:
    """The largest power of two smaller than ``width``."""
    return 1 << ((width - 1).bit_length() - 1)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Join neighbouring subtrees, the narrowest (last) first."""
    if not hashes:
        return EMPTY_ROOT
    digest = hashes[-1]
    for left in reversed(hashes[:-1]):
        digest = node_hash(left, digest)
    return digest
