"""How much faster the ledger's canonical JSON is than the general RFC 8785 implementation, in one run.

    python benchmarks/canonical_json.py

Input: 2,000 made-up ledger events of the usual shape (about 700 bytes), and the same with one float each, which takes
the general path. Each side runs five rounds; the best round counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import rfc8785

from watchfloor.ledger.canonical import canonical


def event(n: int) -> dict[str, Any]:
    return {
        "id": f"evt_01jq{n:022d}",
        "type": "decision.made",
        "at": "2026-03-05T14:02:11.123Z",
        "actor": {"kind": "user", "id": f"usr_{n % 97:026d}", "on_behalf": None},
        "case": f"case_{n:026d}",
        "policy": {"id": "hate", "version": 7, "clause": "4.2 b", "overlay": "DE"},
        "item": {"type": "message", "id": str(n), "version": "sha256:" + f"{n:064x}"},
        "finding": "violating",
        "reasons": ["attack on a protected group", "Verstoß gegen §\u202f130", "dehumanising comparison"],
        "actions": [{"kind": "remove", "reversible": True}, {"kind": "strike", "points": 1, "expires": "2026-06-03"}],
        "ms_on_screen": 41_000 + n,
        "note": 'Second line here.\nQuoted "as written".',
    }


def best(function: Callable[[Any], bytes], values: list[Any]) -> float:
    """Seconds per value in the quickest of five rounds."""
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for value in values:
            function(value)
        rounds.append((time.perf_counter() - start) / len(values))
    return min(rounds)


def main() -> None:
    plain = [event(n) for n in range(2000)]
    mixed = [{**value, "score": 0.97} for value in plain]
    for name, values in (("plain events", plain), ("with a float", mixed)):
        if any(canonical(value) != rfc8785.dumps(value) for value in values):
            raise SystemExit("the two differ")
        ours, general = best(canonical, values), best(rfc8785.dumps, values)
        print(f"{name}: rfc8785 {general * 1e6:.1f} us, canonical {ours * 1e6:.1f} us, ratio {general / ours:.1f}")


if __name__ == "__main__":
    main()
