#!/usr/bin/env python3
"""Check a Watchfloor proof bundle without Watchfloor: Python's standard library and ``cryptography`` are all it takes.

    python verifier.py bundle.json --key VKEY

The file holds one bundle, a list of them, or what the console's Proof button saves. For each it shows that the event is in
the log whose signed checkpoint the bundle carries and, if the bundle carries an earlier checkpoint, that the log has only
grown since. Values the log holds only keyed digests of may come with their keys: they are checked against the
digests. Get VKEY from whoever runs the log, not from the bundle: a forger can write a key too.
Sources: RFC 6962 and RFC 9162 section 2.1 (hashes, proofs), https://c2sp.org/signed-note and tlog-checkpoint.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Rejected(Exception):
    """The proof does not hold; the message says where."""


def need(holds: object, problem: str) -> None:
    if not holds:
        raise Rejected(problem)


def decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def encode(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def open_checkpoint(note: str, vkey: str) -> tuple[str, int, bytes]:
    """(origin, size, root) of a checkpoint that the key signed."""
    name, key_id, encoded = vkey.split("+", 2)
    key = decode(encoded)
    need(key[:1] == b"\x01" and len(key) == 33, "the public key is not an Ed25519 key")
    wanted = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    need(wanted.hex() == key_id, "the key id does not belong to the public key")
    text, found, signatures = note.rpartition("\n\n")
    need(found and note.endswith("\n"), "the checkpoint is not a signed note")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        blob = decode(encoded)
        if dash == "\u2014" and signer == name and blob[:4] == wanted:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[4:], text.encode())
            break
    else:
        raise Rejected(f"the checkpoint is not signed by {name}")
    origin, size, root = text.split("\n")[:3]
    return origin, int(size), decode(root)


def check_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> None:
    need(0 <= index < size, "the entry's index is outside the tree")
    node, last, digest = index, size - 1, leaf
    for sibling in path:
        need(last and len(sibling) == 32, "the inclusion path has the wrong length")
        if node & 1 or node == last:
            digest = node_hash(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        node, last = node >> 1, last >> 1
    need(last == 0, "the inclusion path has the wrong length")
    need(digest == root, "the event is not in the tree that was signed")


def check_consistency(old: int, new: int, path: list[bytes], old_root: bytes, new_root: bytes) -> None:
    need(0 < old <= new, "the earlier checkpoint is not earlier")
    if old == new:
        need(not path and old_root == new_root, "two roots for one size: the log was rewritten")
        return
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    need(steps and all(len(step) == 32 for step in steps), "the consistency path has the wrong length")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        need(last, "the consistency path has the wrong length")
        if node & 1 or node == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, step)
        node, last = node >> 1, last >> 1
    need(last == 0, "the consistency path has the wrong length")
    need(before == old_root and after == new_root, "the log was rewritten since the earlier checkpoint")


def check(bundle: dict[str, Any], key: str | None = None) -> list[str]:
    """What the bundle proves, in sentences; raises Rejected."""
    try:
        need(bundle["format"] == "watchfloor-proof/1", "unknown format")
        vkey = key or bundle["public_key"]
        origin, size, root = open_checkpoint(bundle["checkpoint"], vkey)
        index = bundle["leaf_index"]
        need(bundle["tree_size"] == size, "the bundle's size is not the one that was signed")
        check_inclusion(
            leaf_hash(bundle["event"].encode()), index, size, [decode(p) for p in bundle["inclusion"]], root
        )
        lines = [f"The event is entry {index} of the {size} that {origin} has signed."]
        if "earlier" in bundle:
            old_origin, old_size, old_root = open_checkpoint(bundle["earlier"]["checkpoint"], vkey)
            need(old_origin == origin, "the earlier checkpoint is of another log")
            path = [decode(p) for p in bundle["earlier"]["consistency"]]
            check_consistency(old_size, size, path, old_root, root)
            lines.append(f"Nothing was changed or removed since it had {old_size} entries.")
        return lines
    except InvalidSignature:
        raise Rejected("a signature is false") from None
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Rejected(f"the bundle is malformed ({problem!r})") from None


def bundles(document: Any) -> list[Any]:
    """The bundles of a file: one, a list, or a list under the name ``bundles``."""
    found = document.get("bundles", document) if isinstance(document, dict) else document
    found = found if isinstance(found, list) else [found]
    need(found, "the file holds no bundle")
    return found


def check_openings(document: Any, found: list[dict[str, Any]]) -> list[str]:
    """Private values that were given out, against the digests in the events that were proved; raises Rejected."""
    if not isinstance(document, dict):
        return []
    events = [json.loads(bundle["event"]) for bundle in found]
    lines = []
    for opening in document.get("openings", []):
        content, seal = opening["content"], bytes.fromhex(opening["seal"])
        digest = "#" + hmac.new(seal, content.encode(), hashlib.sha256).hexdigest()
        place = (opening["table"], opening["row"])
        written = {
            change[2].get(opening["column"])
            for event in events
            for change in event["changes"]
            if (change[0], change[1]) == place
        }
        need(digest in written, f"{opening['table']}.{opening['column']} is not what the log has the digest of")
        lines.append(f"{opening['table']}.{opening['column']} is what was written: {content}")
    if content := document.get("content"):
        named = {event["item_version"] for event in events}
        need(hashlib.sha256(content.encode()).hexdigest() in named, "the item is not the version that the events name")
        lines.append(f"The item looked like this: {content}")
    return lines


def story(found: list[Any]) -> list[str]:
    """What the events say, a line each, in the log's order. Read from the events themselves, never from beside them."""
    lines = []
    for bundle in sorted(found, key=lambda bundle: int(bundle["leaf_index"])):
        event = json.loads(bundle["event"])
        told = [f"{event['at']} {event['type']} by {event['actor']} ({event['subject']})"]
        told += [
            f"{name}={event['data'][name]}" for name in _TOLD if event["data"].get(name) not in (None, "", [], False)
        ]
        if event["policy_version"]:
            told.append(f"policy version {event['policy_version']}")
        if event["item_version"]:
            told.append(f"item version {event['item_version']}")
        for table, _row, values in event["changes"]:
            if table == "policy_version" and values.get("text"):
                told.append(f"text of version {values.get('number')}: {values['text']}")
        lines.append("; ".join(told))
    return lines


_TOLD = (
    "verdict", "violation", "origin", "kind", "target", "held", "until", "seconds", "why", "to", "template", "language", "by",
    "outcome", "state", "how", "puid", "fingerprint", "remote_id", "ground", "category", "number", "points", "total", "error",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", help="the proof bundle, a JSON file")
    parser.add_argument("--key", help="the log's public key: name+keyid+base64")
    options = parser.parse_args()
    with open(options.bundle, encoding="utf-8") as file:
        text = file.read()
    try:
        document = json.loads(text)
        found = bundles(document)
        proved = [(check(bundle, options.key), bundle) for bundle in found]
        opened = check_openings(document, found)
        for lines, bundle in proved:
            print("\n".join(["VERIFIED", *lines, bundle["event"]]))
        if len(found) > 1:
            print("\n".join(["What happened, in the log's order:", *story(found)]))
        print("".join(f"VERIFIED {line}\n" for line in opened), end="")
    except (Rejected, ValueError, KeyError, TypeError, IndexError, AttributeError) as problem:
        print(f"REJECTED: {problem}")
        return 1
    if not options.key:
        print(
            "Note: the key was taken from the bundle itself. Compare it with the published one:", bundle["public_key"]
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
