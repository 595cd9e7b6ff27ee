"""Whether we give the same answers as Osprey: features, verdicts, labels and effects, audit entries, event by event.

    python -m benchmarks.rules_equal_osprey [--shapes 400] [--events 250] [--seed 1] [--rules OSPREY_FOLDER] [--json FILE]

Input: rule sets of as many shapes as asked for (benchmarks/_rule_shapes.py), each with as many events, all from the
seed; 400 x 250 = 100,000 events by default. With ``--rules``, Osprey's checkout, its example rule folders run as well.
Needs Osprey on PYTHONPATH (benchmarks/_osprey.py says how); without it this says so and ends well. Whatever differs is
printed with rule text and event; the differences there are by intention stand in docs/reference/osprey-differences.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import _rule_shapes
from watchfloor.engines import sml


def in_shared_words(outcome: sml.Outcome) -> dict[str, Any]:
    """Our outcome as ``benchmarks._osprey`` gives Osprey's."""
    return {
        "features": outcome.features,
        "verdicts": sorted(outcome.verdicts),
        "effects": sorted((_effect(effect) for effect in outcome.effects), key=repr),
        "audit": sorted(
            (
                [*entry.rules_evaluated], [*entry.rules_matched], [*entry.rules_failed], len(entry.effects_emitted),
                entry.effects_failed, entry.is_degraded,
            )
            for entry in outcome.audit
        ),
    }  # fmt: skip


def _effect(effect: Any) -> dict[str, Any]:
    rules = sorted(effect.rules)
    if isinstance(effect, sml.VerdictEffect):
        return {"kind": "verdict", "verdict": effect.verdict, "rules": rules}
    if isinstance(effect, sml.LabelEffect):
        return {
            "kind": "label",
            "entity": str(effect.entity),
            "label": effect.label,
            "status": effect.status,
            "expires": effect.expires_after.total_seconds() if effect.expires_after is not None else None,
            "delay": effect.delay_action_by.total_seconds() if effect.delay_action_by is not None else None,
            "applies": effect.applies,
            "rules": rules,
        }
    return {"kind": effect.kind, "entity": effect.entity, "comment": effect.comment, "rules": rules}


class Comparison:
    """Runs both engines and counts what is equal and what is not."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.differences: list[dict[str, Any]] = []
        self.seconds = {"osprey": 0.0, "ours": 0.0}

    def rule_set(self, name: str, sources: Mapping[str, str], events: list[dict[str, Any]]) -> None:
        """One rule set on its events."""
        from benchmarks._osprey import Osprey, OspreyRefusedError

        refused = []
        try:
            theirs = Osprey(
                sources, labels=(*_rule_shapes.LABELS, "meow", "test-poster"), entities=("User", "UserId", "Page")
            )
        except OspreyRefusedError as error:
            refused.append(f"Osprey: {error}")
        try:
            ours = sml.compile_rules(sources)
        except sml.RuleErrors as error:
            refused.append(f"ours: {error}")
        if refused:
            self.counts["rule sets both refuse" if len(refused) == 2 else "rule sets one refuses"] += 1
            if len(refused) == 1:
                self.differences.append({"rules": name, "refused": refused[0][:800], "sources": dict(sources)})
            return
        self.counts["rule sets"] += 1
        for record in events:
            began = time.process_time()
            expected = theirs.run(record)
            middle = time.process_time()
            found = in_shared_words(ours.evaluate(sml.event_from(record)))
            self.seconds["osprey"] += middle - began
            self.seconds["ours"] += time.process_time() - middle
            self.counts["events"] += 1
            self.counts["rules fired"] += sum(
                value is True for key, value in found["features"].items() if key in ours.rules
            )
            self.counts["effects"] += len(found["effects"])
            self._compare(name, sources, record, expected, found)

    def _compare(self, name: str, sources: Mapping[str, str], record: Any, expected: Any, found: Any) -> None:
        for part, value in found.items():
            # JSON's view: 1 and True, 1 and 1.0 are different things there.
            if _shape(value) == _shape(expected[part]):
                self.counts[f"{part} equal"] += 1
                continue
            self.counts[f"{part} differ"] += 1
            if part == "features":
                keys = {
                    key
                    for key in (*value, *expected[part])
                    if _shape(value.get(key)) != _shape(expected[part].get(key))
                }
                what: Any = {key: {"ours": value.get(key), "osprey": expected[part].get(key)} for key in sorted(keys)}
            else:
                what = {"ours": value, "osprey": expected[part]}
            self.differences.append(
                {"rules": name, "part": part, "what": what, "event": record, "sources": dict(sources)}
            )


def _shape(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def record(file: Path, shapes: int, count: int, seed: int) -> None:
    """Osprey's answers to rules and events of ours, one rule set a line: what ``tests/conformance`` holds us to."""
    from benchmarks._osprey import Osprey

    sets = [("functions", {"main.sml": _rule_shapes.CALLS}, _rule_shapes.events(seed, 6))]
    for number in range(shapes):
        at = seed * 1_000_000 + number
        sets.append((f"shape {at}", _rule_shapes.Shape(at).sources, _rule_shapes.events(at, count)))
    with file.open("w", encoding="utf-8") as out:
        for name, sources, records in sets:
            osprey = Osprey(sources, labels=_rule_shapes.LABELS, entities=("User", "Page"))
            answers = [osprey.run(record) for record in records]
            out.write(json.dumps({"name": name, "sources": sources, "events": records, "answers": answers}) + "\n")


def _folders(root: Path, count: int) -> list[tuple[str, dict[str, str], list[dict[str, Any]]]]:
    """Osprey's own example rules with events made for what they read."""
    found = []
    for name in ("example_rules", "example_atproto_rules", "osprey_async_worker/example_rules"):
        folder = root / name
        if folder.is_dir():
            sources = {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.sml"))}
            found.append((name, sources, _example_events(count)))
    return found


def _example_events(count: int) -> list[dict[str, Any]]:
    made = _rule_shapes.events(99, count)
    words = ["hello there", "say Hello", "othello", "a test of it", "testing", "", "x" * 150]
    for number, record in enumerate(made):
        text = words[number % len(words)]
        data: dict[str, Any] = {
            "user_id": f"u{number % 50}", "event_type": ("create_post", "delete_post")[number % 2], "message": text,
            "did": f"did:plc:{number % 40}", "identity": {"handle": "a.example"},
            "commit": {
                "operation": ("create", "update", "delete")[number % 3], "rkey": str(number), "cid": "c",
                "collection": ("app.bsky.feed.post", "app.bsky.feed.like")[number % 5 == 0],
                "record": {"text": text, "subject": {"uri": "at://x"} if number % 2 else "did:plc:zz"},
            },
            "post": {"text": text},
        }  # fmt: skip
        for key in list(data):
            if (number * 7 + len(key)) % 11 == 0:
                del data[key]
        record["data"] = data
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", type=int, default=400)
    parser.add_argument("--events", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", type=Path, help="Osprey's checkout, for its example rules")
    parser.add_argument("--record", type=Path, help="write Osprey's answers to this file, for tests without Osprey")
    parser.add_argument("--json", type=Path, help="write every difference to this file")
    options = parser.parse_args()
    try:
        import osprey.engine.executor  # noqa: F401
    except ImportError:
        print("Osprey is not on PYTHONPATH; nothing was compared.")
        return 0
    if options.record:
        record(options.record, options.shapes, options.events, options.seed)
        return 0
    comparison = Comparison()
    comparison.rule_set("functions", {"main.sml": _rule_shapes.CALLS}, _rule_shapes.events(options.seed, 50))
    if options.rules:
        for name, sources, records in _folders(options.rules, options.events):
            comparison.rule_set(name, sources, records)
    for number in range(options.shapes):
        seed = options.seed * 1_000_000 + number
        comparison.rule_set(
            f"shape {seed}", _rule_shapes.Shape(seed).sources, _rule_shapes.events(seed, options.events)
        )
        if sys.stderr.isatty():
            print(f"\r{number + 1}/{options.shapes}", end="", file=sys.stderr)
    for name, count in sorted(comparison.counts.items()):
        print(f"{name:26} {count:>10,}")
    ratio = comparison.seconds["osprey"] / max(comparison.seconds["ours"], 1e-9)
    print(f"CPU time, Osprey / ours    {ratio:>10,.0f}")
    for difference in comparison.differences[:10]:
        shown = {key: value for key, value in difference.items() if key != "sources"}
        print(json.dumps(shown, default=str)[:600])
    if options.json:
        options.json.write_text(json.dumps(comparison.differences, default=str, indent=1))
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
