"""The tree's roots and proofs against published vectors and against the definitions of RFC 6962, at every size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger import merkle
from watchfloor.ledger.merkle import Frontier, MemoryStore, Tree

# The inputs, roots and proofs every Certificate Transparency implementation is tested with
# (github.com/google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc; Apache-2.0), indices counted from 0.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def grown(entries: list[bytes]) -> Tree:
    tree = Tree(MemoryStore())
    tree.append_many(merkle.leaf_hash(entry) for entry in entries)
    return tree


def numbered(size: int) -> list[bytes]:
    return [str(n).encode() for n in range(size)]


# The three recursive definitions of RFC 6962, sections 2.1 to 2.1.2, word for word: the oracle.


def mth(entries: list[bytes]) -> bytes:
    if not entries:
        return merkle.EMPTY_ROOT
    if len(entries) == 1:
        return merkle.leaf_hash(entries[0])
    k = largest_power_below(len(entries))
    return merkle.node_hash(mth(entries[:k]), mth(entries[k:]))


def path(m: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = largest_power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], complete: bool) -> list[bytes]:
    if m == len(entries):
        return [] if complete else [mth(entries)]
    k = largest_power_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], complete), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert Tree(MemoryStore()).root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_published_roots() -> None:
    tree = grown(INPUTS)
    assert [tree.root(size).hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("index", "size", "expected"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, expected: list[str]) -> None:
    proof = grown(INPUTS).inclusion_proof(index, size)
    assert [digest.hex() for digest in proof] == expected
    root = bytes.fromhex(ROOTS[size - 1])
    assert merkle.verify_inclusion(merkle.leaf_hash(INPUTS[index]), index, size, proof, root)


@pytest.mark.parametrize(("old", "new", "expected"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, expected: list[str]) -> None:
    proof = grown(INPUTS).consistency_proof(old, new)
    assert [digest.hex() for digest in proof] == expected
    assert merkle.verify_consistency(old, new, proof, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]))


def test_every_root_and_proof_up_to_33_entries_is_the_definition() -> None:
    entries = numbered(33)
    tree = grown(entries)
    for size in range(34):
        assert tree.root(size) == mth(entries[:size])
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            assert proof == path(index, entries[:size])
            assert merkle.verify_inclusion(merkle.leaf_hash(entries[index]), index, size, proof, tree.root(size))
        for old in range(1, size + 1):
            proof = tree.consistency_proof(old, size)
            assert proof == subproof(old, entries[:size], True)
            assert merkle.verify_consistency(old, size, proof, tree.root(old), tree.root(size))


@given(st.lists(st.binary(max_size=8), max_size=200), st.lists(st.integers(0, 40), max_size=8))
def test_any_batching_gives_the_same_tree(entries: list[bytes], batches: list[int]) -> None:
    tree = Tree(MemoryStore())
    rest = list(entries)
    for count in [*batches, len(rest)]:
        tree.append_many(merkle.leaf_hash(entry) for entry in rest[:count])
        rest = rest[count:]
        tree = Tree(tree.store, tree.size)  # as after a restart: only nodes and size are kept
    assert tree.root() == tree.frontier.root() == mth(entries)


@given(st.data())
def test_a_changed_proof_is_rejected(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    entries = numbered(size)
    tree = grown(entries)
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = merkle.leaf_hash(entries[index]), tree.root(), tree.inclusion_proof(index)
    assert merkle.verify_inclusion(leaf, index, size, proof, root)
    spot = data.draw(st.integers(0, len(proof) - 1))
    flipped = [bytes([d[0] ^ 1]) + d[1:] if n == spot else d for n, d in enumerate(proof)]
    assert not merkle.verify_inclusion(leaf, index, size, flipped, root)
    assert not merkle.verify_inclusion(leaf, index, size, proof[:-1], root)
    assert not merkle.verify_inclusion(leaf, index, size, [*proof, proof[0]], root)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    assert not merkle.verify_inclusion(leaf, other, size, proof, root)
    assert not merkle.verify_inclusion(leaf, size, size, proof, root)
    # An inner node does not pass for a leaf: the prefixes differ.
    assert not merkle.verify_inclusion(merkle.leaf_hash(proof[0] + leaf), index >> 1, size, proof[1:], root)


@given(st.data())
def test_a_rewritten_history_is_rejected(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 200))
    old = data.draw(st.integers(1, new - 1))
    entries = numbered(new)
    kept = grown(entries[:old]).root()
    victim = data.draw(st.integers(0, old - 1))
    kind = data.draw(st.sampled_from(["flipped", "dropped", "reordered", "truncated"]))
    forged = list(entries)
    if kind == "flipped":
        forged[victim] = b"flipped"
    elif kind == "dropped":
        del forged[victim]
    elif kind == "reordered":
        other = data.draw(st.integers(0, new - 1).filter(lambda n: n != victim))
        forged[victim], forged[other] = forged[other], forged[victim]
    else:
        forged = forged[: old - 1] + [b"instead"] * (new - old + 1)
    tree = grown(forged)
    size = len(forged)
    proof = tree.consistency_proof(min(old, size), size)
    assert not merkle.verify_consistency(old, size, proof, kept, tree.root())
    honest = grown(entries)
    assert merkle.verify_consistency(old, new, honest.consistency_proof(old, new), kept, honest.root())


def test_what_was_never_there_is_refused() -> None:
    tree = grown(numbered(5))
    with pytest.raises(NotFound):
        tree.root(6)
    with pytest.raises(NotFound):
        tree.inclusion_proof(5)
    with pytest.raises(BadInput):
        tree.consistency_proof(4, 3)
    with pytest.raises(ValueError, match="2 complete subtrees"):
        Frontier(5, [b"x"])


def test_a_tree_is_not_consistent_with_a_bigger_one_or_an_empty_claim() -> None:
    tree = grown(numbered(5))
    assert not merkle.verify_consistency(5, 4, [], tree.root(5), tree.root(4))
    assert not merkle.verify_consistency(3, 5, [], tree.root(3), tree.root(5))
    assert not merkle.verify_consistency(5, 5, [], tree.root(4), tree.root(5))
    assert merkle.verify_consistency(0, 5, [], merkle.EMPTY_ROOT, tree.root(5))
    assert not merkle.verify_consistency(0, 5, [], tree.root(1), tree.root(5))
