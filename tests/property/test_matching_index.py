"""The index of hashes against a linear scan: nothing missed, nothing invented, whatever the hashes are and whatever happened before.

``WATCHFLOOR_TEST_ROUNDS`` multiplies the number of examples and the size of the larger ones.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from watchfloor.engines.matching.index import HashIndex, hash_index, segment
from watchfloor.engines.matching.index import state as state_module
from watchfloor.kernel.errors import Conflict

ROUNDS = int(os.environ.get("WATCHFLOOR_TEST_ROUNDS", "1"))
QUIET = settings(max_examples=12 * ROUNDS, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = ("even chance", "one band in common", "all alike", "families", "few words", "sums of a carry")


def hashes(kind: str, count: int, rng: np.random.Generator) -> Any:
    """Hashes that make it hard for bands: skewed, related, the same."""
    rows = rng.integers(0, 2**64, (count, 4), dtype=np.uint64)
    if kind == "one band in common":
        rows[:, 0] &= ~np.uint64(0xFFFFFFFFFF)  # 40 bits are nought in all: whole bands are of no use
    elif kind == "all alike":
        rows[:] = rows[0]
        disturb(rows, 40, rng)
    elif kind == "families":
        rows = np.repeat(rows[: count // 20 + 1], 20, axis=0)[:count]
        disturb(rows, 30, rng)
    elif kind == "few words":
        rows = rng.choice(rows[:6].ravel(), (count, 4))
    elif kind == "sums of a carry":
        rows[: count // 2] = ~rows[-(count // 2) :] if count > 1 else rows[: count // 2]  # all 256 bits differ
    return rows


def disturb(rows: Any, most: int, rng: np.random.Generator) -> None:
    for _ in range(most):
        bit = rng.integers(0, 256, len(rows))
        flip = np.where(rng.random(len(rows)) < 0.7, np.uint64(1) << (bit & 63).astype(np.uint64), np.uint64(0))
        rows[np.arange(len(rows)), bit >> 6] ^= flip


def scanned(ids: Any, rows: Any, asked: Any, radius: int) -> set[tuple[int, int, int]]:
    """By the book: bits unpacked, compared, counted."""
    bank = np.unpackbits(np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), 32), axis=1)
    found = set()
    for number, row in enumerate(asked):
        distance = (bank != np.unpackbits(np.ascontiguousarray(row).view(np.uint8))).sum(axis=1)
        found |= {(number, int(ids[at]), int(distance[at])) for at in np.flatnonzero(distance <= radius)}
    return found


def answered(index: HashIndex, asked: Any, radius: int) -> set[tuple[int, int, int]]:
    found = index.search(asked, radius)
    pairs = list(zip(found.question.tolist(), found.id.tolist(), found.distance.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)), "each once"
    return set(pairs)


def questions(rows: Any, count: int, rng: np.random.Generator) -> Any:
    near = rows[rng.integers(0, len(rows), count)].copy()
    disturb(near, 34, rng)
    return np.concatenate([near, rng.integers(0, 2**64, (3, 4), dtype=np.uint64)])


@QUIET
@given(
    kind=st.sampled_from(KINDS),
    count=st.sampled_from([1, 2, 300, 3_000, 12_000]),
    radius=st.sampled_from([0, 1, 15, 16, 21, 30, 31, 32, 48, 100]),
    seed=st.integers(0, 1_000),
)
def test_nothing_is_missed_and_nothing_invented(kind: str, count: int, radius: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = hashes(kind, count, rng)
    ids = rng.permutation(count * 3)[:count].astype(np.int64)
    index = HashIndex()
    index.add(ids, rows)
    asked = questions(rows, 6, rng)
    assert answered(index, asked, radius) == scanned(ids, rows, asked, radius)


CUTS = (segment.Bands((16,) * 16), segment.Bands((18,) * 11), segment.Bands((24,) * 5 + (23,) * 5 + (21,)))
WAYS = ("plain", "compiled")


@pytest.fixture
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up with arrays, or the compiled one that large segments take where numba is installed."""
    if request.param == "compiled":
        pytest.importorskip("numba")
    monkeypatch.setattr(segment, "COMPILED", 0 if request.param == "compiled" else 1 << 60)
    monkeypatch.setattr(segment, "PATIENT", 0)


def test_few_questions_do_not_wait_for_the_compiler_and_many_do(monkeypatch: pytest.MonkeyPatch) -> None:
    compiling, ready = threading.Event(), dict[str, Any]()
    bring = segment._bring
    monkeypatch.setattr(segment, "_ready", ready)
    monkeypatch.setattr(segment, "_coming", {})

    def slow(made: segment.Segment, kind: str) -> None:
        compiling.wait(30)
        bring(made, kind)

    monkeypatch.setattr(segment, "_bring", slow)
    monkeypatch.setattr(segment, "COMPILED", 0)
    rows = hashes("even chance", 9_000, np.random.default_rng(3))
    made = segment.build(np.arange(len(rows)), rows)
    for _ in range(2):
        assert made.search(rows[:3], 31)[1].tolist() == [0, 1, 2]
    assert not ready and not compiling.is_set()
    monkeypatch.setattr(segment, "PATIENT", 3)
    threading.Timer(0.05, compiling.set).start()
    assert made.search(rows[:3], 31)[1].tolist() == [0, 1, 2]
    assert len(ready) == 1


@pytest.mark.parametrize("way", WAYS, indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_the_cut_of_a_large_index_misses_nothing_either(kind: str, way: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a size that can be scanned."""
    monkeypatch.setattr(segment, "bands_for", lambda _: CUTS[1])
    rng = np.random.default_rng(5)
    count = 9_000 * ROUNDS
    rows = hashes(kind, count, rng)
    ids = np.arange(count)
    made = segment.build(ids, rows)
    asked = questions(rows, 20, rng)
    for radius in (0, 10, 11, 22, 31):
        found = set(zip(*(part.tolist() for part in made.search(asked, radius)), strict=True))
        assert found == scanned(made.ids, made.rows, asked, radius)


def flipped(row: Any, bits: list[int]) -> Any:
    """The row with these bits changed."""
    made = row.copy()
    for bit in bits:
        made[bit >> 6] ^= np.uint64(1) << np.uint64(bit & 63)
    return made


@pytest.mark.parametrize("way", WAYS, indirect=True)
@pytest.mark.parametrize("bands", CUTS)
def test_thirty_one_bits_spread_as_badly_as_they_can_be_are_found(
    bands: segment.Bands, way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One change more in every band than is looked up there, but in one, which alone can find it."""
    monkeypatch.setattr(segment, "bands_for", lambda _: bands)
    rng = np.random.default_rng(2)
    rows = hashes("even chance", 13_000, rng)
    made = segment.build(np.arange(len(rows)), rows)
    shares = bands.shares(31)
    assert shares is not None
    asked = []
    for place in range(len(shares)):
        spread = [share + (band != place) for band, share in enumerate(shares)]
        bits = [
            start + int(bit)
            for start, width, count in zip(bands.starts, bands.widths, spread, strict=True)
            for bit in rng.choice(width, count, replace=False)
        ]
        assert len(bits) == 31
        asked.append(flipped(rows[place], bits))
    question, position, distance = made.search(np.array(asked), 31)
    assert {(place, place) for place in range(len(shares))} <= set(
        zip(question.tolist(), position.tolist(), strict=True)
    )
    assert set(distance.tolist()) == {31}


@pytest.mark.parametrize("way", WAYS, indirect=True)
def test_a_bucket_of_hundreds_is_searched_to_its_end(way: None) -> None:
    rng = np.random.default_rng(4)
    rows = hashes("even chance", 9_000, rng)
    rows[:700, 0] = rows[:700, 0] >> np.uint64(16) << np.uint64(16)  # 700 share the first band of 16 bits, and no other
    made = segment.build(np.arange(len(rows)), rows)
    assert len(made.crowded) == 1
    bits = [
        band * 16 + bit for band in range(1, 16) for bit in (1, 5)
    ]  # two changes in every other band: only the first finds them
    asked = np.array([flipped(row, bits) for row in rows[:700:20]])
    question, position, _ = made.search(asked, 31)
    assert position[np.argsort(question)].tolist() == list(range(0, 700, 20))


@pytest.mark.parametrize("way", WAYS, indirect=True)
def test_a_saved_segment_finds_what_it_found(way: None, tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    rows = hashes("families", 5_000, rng)
    made = segment.build(np.arange(len(rows)), rows)
    asked = questions(rows, 20, rng)
    wanted = [part.tolist() for part in made.search(asked, 31)]
    wide = made._replace(table=made.table.astype(np.uint64))  # as of more than sixteen million hashes
    assert [part.tolist() for part in wide.search(asked, 31)] == wanted
    segment.save(made, tmp_path / "one")
    assert [part.tolist() for part in segment.load(tmp_path / "one").search(asked, 31)] == wanted
    (tmp_path / "one" / "widths.npy").unlink()
    assert [part.tolist() for part in segment.load(tmp_path / "one").search(asked, 31)] == wanted


class Life(RuleBasedStateMachine):
    """An index in a folder beside a dictionary; it is killed, torn, compacted and followed by a reader at any moment."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="watchfloor-index-"))
        self.index = HashIndex(self.folder)
        self.reader = HashIndex(self.folder, read_only=True)
        self.known: dict[int, Any] = {}
        self.rng = np.random.default_rng(1)
        self.pool = hashes("families", 200, self.rng)

    @rule(first=st.integers(0, 150), count=st.integers(1, 90))
    def add(self, first: int, count: int) -> None:
        ids = np.arange(first, first + count)
        rows = self.pool[self.rng.integers(0, len(self.pool), count)]
        self.index.add(ids, rows)
        self.known.update(zip(ids.tolist(), rows, strict=True))

    @rule(first=st.integers(0, 200), count=st.integers(1, 60))
    def delete(self, first: int, count: int) -> None:
        ids = list(range(first, first + count))
        assert self.index.delete(np.array(ids)) == sum(each in self.known for each in ids)
        for each in ids:
            self.known.pop(each, None)

    @rule()
    def compact(self) -> None:
        self.index.compact()

    @rule()
    def killed(self) -> None:
        self.index.close()  # what the system does to a dead process's lock; nothing else is written
        self.index = HashIndex(self.folder)

    @rule(part=st.integers(1, 110))
    def killed_while_writing(self, part: int) -> None:
        self.index.close()
        named = json.loads((self.folder / "manifest.json").read_text())["journals"]
        with (self.folder / named[-1]).open("ab") as file:
            file.write(b"\x01" * part)
        self.index = HashIndex(self.folder)

    @rule(after=st.integers(0, 2))
    def killed_while_compacting(self, after: int) -> None:
        """Before the snapshot's files, before the manifest, or before the old files are gone."""

        class Killed(BaseException):
            pass

        def die(*_: object, **__: object) -> None:
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            if after == 0:
                patch.setattr(hash_index, "save", die)
            elif after == 1:
                patch.setattr(hash_index, "load", die)
            else:
                patch.setattr(hash_index.shutil, "rmtree", die)
                patch.setattr(Path, "unlink", die)
            try:
                self.index.compact()
            except Killed:
                self.index.close()
        self.index.close()
        self.index = HashIndex(self.folder)

    @precondition(lambda self: hasattr(self, "known"))
    @invariant()
    def both_processes_know_the_same(self) -> None:
        self.reader.refresh()
        asked = self.pool[:2]
        ids, rows = (
            np.array(list(self.known), dtype=np.int64),
            np.array(list(self.known.values()), dtype=np.uint64).reshape(-1, 4),
        )
        wanted = scanned(ids, rows, asked, 31)
        for each in (self.index, self.reader):
            assert len(each) == len(self.known)
            assert answered(each, asked, 31) == wanted

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.index.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def test_life_of_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "TAIL", 64)  # so that segments are made and merged
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=6 * ROUNDS, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_only_one_process_writes(tmp_path: Path) -> None:
    with HashIndex(tmp_path) as index:
        with pytest.raises(Conflict, match="Another process"):
            HashIndex(tmp_path)
        with pytest.raises(Conflict, match="reading only"):
            HashIndex(tmp_path, read_only=True).add(np.array([1]), np.zeros((1, 4), dtype=np.uint64))
        index.add(np.array([1]), np.zeros((1, 4), dtype=np.uint64))
    assert len(HashIndex(tmp_path)) == 1
