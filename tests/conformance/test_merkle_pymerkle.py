"""An independent implementation (pymerkle, another author's) agrees with our roots and proofs, and rejects forged ones.

pymerkle counts entries from 1 and puts the leaf itself first in an inclusion path; the hashes are those of RFC 6962.
Its consistency proofs are of a shape of its own (they go down to one leaf where RFC 6962 stops at a complete subtree),
so it is given the pieces it asks for from our stored tree, and our RFC 6962 proofs are checked against its roots.
"""

from __future__ import annotations

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle.core import _consistency_path_layout, _inclusion_path_layout

from watchfloor.ledger import merkle
from watchfloor.ledger.merkle import MemoryStore, Tree

SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100, 255, 256, 257]


def ours(entries: list[bytes]) -> Tree:
    tree = Tree(MemoryStore())
    tree.append_many(merkle.leaf_hash(entry) for entry in entries)
    return tree


def theirs(entries: list[bytes]) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(entries)
    return tree


def inclusion(tree: Tree, leaf: bytes, index: int, size: int) -> pymerkle.InclusionProof:
    """Our audit path as their object."""
    rule, _ = _inclusion_path_layout(index + 1, size)
    path = [leaf, *tree.inclusion_proof(index, size)]
    return pymerkle.InclusionProof("sha256", True, size, index + 1, rule, path)


def consistency(tree: Tree, old: int, new: int) -> pymerkle.ConsistencyProof:
    """The pieces they ask for, from our tree, as their object."""
    rule, subset, pieces = _consistency_path_layout(old, new)
    path = [tree.subtree(start, end) for start, end in pieces]
    return pymerkle.ConsistencyProof("sha256", True, new, old, rule, subset, path)


def numbered(size: int) -> list[bytes]:
    return [f'{{"seq":{n}}}'.encode() for n in range(size)]


@pytest.mark.parametrize("size", SIZES)
def test_roots_agree(size: int) -> None:
    entries = numbered(size)
    assert ours(entries).root() == theirs(entries).get_root()


@settings(deadline=None)
@given(st.data())
def test_it_accepts_our_inclusion_proofs(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    entries = numbered(size)
    tree, leaf = ours(entries), merkle.leaf_hash(entries[index])
    proof = inclusion(tree, leaf, index, size)
    pymerkle.verify_inclusion(leaf, theirs(entries).get_root(), proof, index=index + 1, size=size)
    assert proof.path == theirs(entries).prove_inclusion(index + 1, size).path


@settings(deadline=None)
@given(st.data())
def test_it_accepts_consistency_from_our_tree_and_its_roots_bear_our_proof(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, new))
    entries = numbered(new)
    tree = ours(entries)
    proof = consistency(tree, old, new)
    prior, later = theirs(entries[:old]).get_root(), theirs(entries).get_root()
    pymerkle.verify_consistency(prior, later, proof, prior_size=old, later_size=new)
    assert proof.path == theirs(entries).prove_consistency(old, new).path
    assert merkle.verify_consistency(old, new, tree.consistency_proof(old, new), prior, later)


@settings(deadline=None)
@given(st.data())
def test_we_accept_its_inclusion_proofs(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    entries = numbered(size)
    tree = theirs(entries)
    leaf, *path = tree.prove_inclusion(index + 1, size).path
    assert merkle.verify_inclusion(leaf, index, size, path, tree.get_root())


CHANGES = {
    "flipped": lambda e: [*e[:10], b"flipped", *e[11:]],
    "dropped": lambda e: e[:10] + e[11:],
    "reordered": lambda e: [*e[:10], e[11], e[10], *e[12:]],
    "truncated": lambda e: e[:20],
}


@pytest.mark.parametrize("kind", CHANGES)
def test_it_rejects_proofs_from_a_changed_log(kind: str) -> None:
    """Against the root that was signed before the change, neither entry nor history can be proved."""
    entries = numbered(40)
    signed = theirs(entries[:30]).get_root()
    forged = CHANGES[kind](entries)
    tree = ours(forged)
    size = min(30, len(forged))
    leaf = merkle.leaf_hash(forged[10])
    entry = inclusion(tree, leaf, 10, size)
    with pytest.raises(pymerkle.InvalidProof):
        pymerkle.verify_inclusion(leaf, signed, entry)
    history = consistency(tree, size, len(forged))
    with pytest.raises(pymerkle.InvalidProof):
        pymerkle.verify_consistency(signed, tree.root(), history)
    honest = ours(entries)
    pymerkle.verify_consistency(signed, honest.root(), consistency(honest, 30, 40))
