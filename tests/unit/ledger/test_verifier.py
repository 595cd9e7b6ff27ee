"""The stranger's program, run as a stranger would: it accepts what is true and names what is not."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from watchfloor.ledger import bundle, merkle, verifier
from watchfloor.ledger.canonical import canonical
from watchfloor.ledger.checkpoint import Checkpoint, Signer
from watchfloor.ledger.merkle import MemoryStore, Tree

SIGNER = Signer.from_seed("floor.example", bytes(range(32)))
EVENTS = [canonical({"type": "decision.made", "seq": n, "why": "Verstoß 4.2"}) for n in range(100)]


def grown(events: list[bytes]) -> Tree:
    tree = Tree(MemoryStore())
    tree.append_many(merkle.leaf_hash(event) for event in events)
    return tree


def signed(tree: Tree, size: int) -> str:
    return Checkpoint("floor.example/ledger", size, tree.root(size)).signed(SIGNER)


def proof(index: int = 41, size: int = 100, old: int = 64, events: list[bytes] = EVENTS) -> dict[str, Any]:
    tree = grown(events)
    earlier = (old, signed(grown(EVENTS), old))
    made = bundle.make(
        tree,
        event=events[index],
        index=index,
        size=size,
        checkpoint=signed(tree, size),
        public_key=SIGNER.verifier.vkey,
        earlier=earlier,
    )
    return json.loads(json.dumps(made))


def test_a_true_proof_is_accepted_by_the_program_alone(tmp_path: Path) -> None:
    """Run without the project on the path, and without even the folder it lies in."""
    (tmp_path / "verify.py").write_text(Path(verifier.__file__).read_text())
    (tmp_path / "proof.json").write_text(json.dumps(proof()))
    argv = [sys.executable, "-I", "verify.py", "proof.json", "--key", SIGNER.verifier.vkey]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VERIFIED" in done.stdout and "entry 41 of the 100" in done.stdout
    assert "since it had 64 entries" in done.stdout

    (tmp_path / "proof.json").write_text(json.dumps(proof() | {"event": EVENTS[42].decode()}))
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == "REJECTED: the event is not in the tree that was signed\n"


def test_it_needs_only_the_standard_library_and_cryptography() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) == {"cryptography"}


def test_every_index_of_every_small_size_is_accepted() -> None:
    for size in range(1, 20):
        for index in range(size):
            for old in range(1, size + 1):
                assert verifier.check(proof(index, size, old))


REWRITES = {
    "flipped": [*EVENTS[:7], b'{"forged":true}', *EVENTS[8:]],
    "dropped": [*EVENTS[:7], *EVENTS[8:], b"{}"],
    "reordered": [EVENTS[1], EVENTS[0], *EVENTS[2:]],
    "truncated": [*EVENTS[:63], *[b"{}"] * 37],
}


@pytest.mark.parametrize("kind", REWRITES)
def test_a_rewritten_log_is_rejected_though_its_owner_signed_it_again(kind: str) -> None:
    """The owner holds the key: only the checkpoint that someone kept gives the change away."""
    with pytest.raises(verifier.Rejected, match="rewritten since"):
        verifier.check(proof(events=REWRITES[kind]))


def changed(path: str, value: Any) -> dict[str, Any]:
    made = proof()
    target = made
    *parents, last = path.split(".")
    for name in parents:
        target = target[name]
    if value is DELETE:
        del target[last]
    else:
        target[last] = value(target[last]) if callable(value) else value
    return made


DELETE = object()


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("event", lambda text: text + " ", "not in the tree"),
        ("leaf_index", 40, "not in the tree"),
        ("leaf_index", 100, "outside the tree"),
        ("leaf_index", -1, "outside the tree"),
        ("leaf_index", "41", "malformed"),
        ("tree_size", 99, "not the one that was signed"),
        ("inclusion", lambda path: path[:-1], "wrong length"),
        ("inclusion", lambda path: [*path, path[0]], "wrong length"),
        ("inclusion", lambda path: ["AAAA", *path[1:]], "wrong length"),
        ("inclusion", lambda path: path[::-1], "not in the tree"),
        ("inclusion", None, "malformed"),
        ("inclusion", DELETE, "malformed"),
        ("checkpoint", lambda note: note.replace("100", "101"), "a signature is false"),
        ("checkpoint", lambda note: note.split("\n\n")[0], "not a signed note"),
        ("checkpoint", 7, "malformed"),
        ("public_key", Signer.from_seed("floor.example", bytes(32)).verifier.vkey, "not signed by"),
        ("public_key", "nonsense", "malformed"),
        ("public_key", lambda key: key.replace("floor", "flood"), "key id"),
        ("format", "watchfloor-proof/9", "unknown format"),
        ("earlier.consistency", lambda path: path[1:], "rewritten|wrong length"),
        ("earlier.checkpoint", signed(grown(EVENTS[::-1]), 64), "rewritten"),
        ("earlier.checkpoint", Checkpoint("other/log", 64, grown(EVENTS).root(64)).signed(SIGNER), "another log"),
        ("earlier", [], "malformed"),
    ],
)
def test_a_changed_bundle_is_rejected_with_the_reason(path: str, value: Any, problem: str) -> None:
    with pytest.raises(verifier.Rejected, match=problem):
        verifier.check(changed(path, value))


def test_a_forger_with_another_key_is_found_by_the_published_one() -> None:
    forger = Signer.from_seed("floor.example", bytes(32))
    made = proof() | {"public_key": forger.verifier.vkey}
    tree = grown(EVENTS)
    made["checkpoint"] = Checkpoint("floor.example/ledger", 100, tree.root()).signed(forger)
    del made["earlier"]
    assert verifier.check(made)
    with pytest.raises(verifier.Rejected, match="not signed by"):
        verifier.check(made, SIGNER.verifier.vkey)
