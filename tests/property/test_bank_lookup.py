"""Look-up in banks against a plain scan of all entries, whatever was added, taken out, stopped and taken into the index before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.banks import BY, Banks, a_hash, flipped

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = int(os.environ.get("WATCHFLOOR_BANK_EXAMPLES", "6"))  # 200 in the long form
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 5), st.integers(0, 40), st.integers(0, 1)),
        st.tuples(st.just("remove"), st.integers(0, 30)),
        st.tuples(st.just("stop"), st.integers(0, 30)),
        st.tuples(st.just("release"), st.integers(0, 30)),
        st.tuples(st.just("follow")),
        st.tuples(st.just("rebuild")),
    ),
    min_size=1,
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, asked=st.tuples(st.integers(0, 5), st.integers(0, 40)), radius=st.integers(0, 31))
def test_every_answer_is_that_of_a_plain_scan(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[Any],
    asked: tuple[int, int],
    radius: int,
) -> None:
    from django.db import transaction

    with transaction.atomic():
        _check(tmp_path_factory.mktemp("bank"), monkeypatch, steps, asked, radius)
        transaction.set_rollback(True)


def _check(
    folder: Path, monkeypatch: pytest.MonkeyPatch, steps: list[Any], asked: tuple[int, int], radius: int
) -> None:
    from watchfloor.detection.banks import actions, entries, indexes, look_up
    from watchfloor.detection.banks.models import Entry
    from watchfloor.ledger.writer import writing

    banks = Banks(folder, monkeypatch)
    made = [banks.bank("one", radius=31), banks.bank("two", radius=20)]
    known: dict[Any, tuple[int, str, str]] = {}  # entry -> bank, digits, state: what the oracle goes by
    for step in steps:
        name = step[0]
        if name == "add":
            digits = flipped(a_hash(step[1]), step[2])
            (pk,) = banks.add(made[step[3]], digits).ids
            known.setdefault(pk, (step[3], digits, "live"))
        elif name == "follow":
            indexes.follow()
        elif name == "rebuild":
            indexes.rebuild()
        elif known:
            pk = list(known)[step[1] % len(known)]
            place, digits, state = known[pk]
            after = {"remove": "removed", "stop": "quarantined", "release": "live"}[name]
            if (name, state) in (
                ("remove", "live"),
                ("remove", "quarantined"),
                ("stop", "live"),
                ("release", "quarantined"),
            ):
                with writing(BY) as w:
                    if name == "remove":
                        actions.remove_entries(w, made[place], [pk], "x")
                    elif name == "release":
                        actions.release(w, made[place], [pk], "x")
                    else:
                        entries.change(
                            w, made[place], [pk], (Entry.State.LIVE,), Entry.State.QUARANTINED, why="x", how="stopped"
                        )
                known[pk] = (place, digits, after)
    question = flipped(a_hash(asked[0]), asked[1])
    found = {(each.entry, int(each.distance)) for each in look_up("pdq", question, radius=radius)}
    plain = {
        (pk, bits) for pk, (_, digits, state) in known.items()
        if state == "live" and (bits := (int(question, 16) ^ int(digits, 16)).bit_count()) <= radius
    }  # fmt: skip
    assert found == plain
    own = {each.entry for each in look_up("pdq", question)}
    limits = (31, 20)
    assert own == {
        pk for pk, (place, digits, state) in known.items()
        if state == "live" and (int(question, 16) ^ int(digits, 16)).bit_count() <= limits[place]
    }  # fmt: skip
    indexes.follow()
    assert indexes.check().sound
    indexes.forget()
