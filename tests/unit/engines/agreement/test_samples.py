"""Samples of decisions: allocation, chances, estimates that are right on average, intervals that hold, people, stopping and drift."""

from __future__ import annotations

import itertools
import math
import os
import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Checked, Look, Rule, Stratum, Unit, Verdict, drift, stopping
from watchfloor.kernel.errors import BadInput

ROUNDS = int(os.environ.get("WATCHFLOOR_AGREEMENT_ROUNDS", "60"))
LAB = [
    Stratum("sure", 50_000, 0.005),
    Stratum("usual", 30_000, 0.02),
    Stratum("hard", 5_000, 0.15),
    Stratum("new", 2_000, 0.3),
]


def test_the_published_interval() -> None:
    found = agreement.wilson(47, 50)
    assert (round(found.low, 3), round(found.high, 3)) == (0.838, 0.979)


def test_intervals_equal_statsmodels() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion", reason="statsmodels is not installed")
    for of in (1, 5, 50, 400):
        for hits in range(0, of + 1, max(1, of // 7)):
            for ours, theirs in ((agreement.wilson, "wilson"), (agreement.clopper_pearson, "beta")):
                low, high = proportion.proportion_confint(hits, of, method=theirs)
                assert ours(hits, of).low == pytest.approx(low, abs=1e-8)
                assert ours(hits, of).high == pytest.approx(high, abs=1e-8)


def test_a_cluster_counts_as_one() -> None:
    clusters = [[(1.0, 1.0)] * 20 if k % 4 == 0 else [(0.0, 1.0)] * 20 for k in range(40)]
    apart = agreement.wilson(200, 800)
    found = agreement.bootstrap(clusters)
    assert found.value == 0.25 and found.high - found.low > 3 * (apart.high - apart.low)
    looks = [Look(0.5, n, d, cluster=str(k)) for k, rows in enumerate(clusters) for n, d in rows]
    linear = agreement.share(looks)
    assert linear.high - linear.low == pytest.approx(found.high - found.low, rel=0.25)
    alone = agreement.share([Look(0.5, float(k == 0), 1.0, cluster="one") for k in range(20)])
    assert alone.low < 0.03 and alone.high > 0.2
    with pytest.raises(BadInput, match="two of them"):
        agreement.bootstrap([[(1.0, 1.0)]])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.floats(0.02, 0.6)), min_size=2, max_size=3), st.integers(4, 14))
def test_neyman_is_the_best_of_all_allocations(sizes: list[tuple[int, float]], budget: int) -> None:
    strata = [Stratum(str(k), size, rate) for k, (size, rate) in enumerate(sizes)]
    looks = agreement.allocate(strata, budget, least=1)
    ours = agreement.standard_error(strata, looks)
    assert sum(looks.values()) <= max(budget, len(strata))
    for way in itertools.product(*(range(1, one.size + 1) for one in strata)):
        if sum(way) <= budget:
            other = agreement.standard_error(strata, {one.key: n for one, n in zip(strata, way, strict=True)})
            assert ours <= other + 1e-12


def test_neyman_needs_a_fifth_fewer() -> None:
    error = agreement.standard_error(LAB, agreement.allocate(LAB, 800, how="proportional"))
    assert agreement.needed(LAB, error) <= 0.8 * agreement.needed(LAB, error, how="proportional")


def test_floors_costs_and_certain_strata() -> None:
    strata = [
        Stratum("grave", 12, 0.0, certain=True),
        Stratum("calm", 900, 0.0),
        Stratum("dear", 500, 0.2, cost=4),
        Stratum("cheap", 500, 0.2),
    ]
    looks = agreement.allocate(strata, 300, least=5)
    assert looks["grave"] == 12 and looks["calm"] == 5
    assert looks["cheap"] == pytest.approx(2 * looks["dear"], abs=2)  # by the root of the cost
    rates = agreement.guessed({"seen": (0, 50), "not": (0, 0)})
    assert 0 < rates["seen"] < rates["not"] < 0.1


def floor_of(chance: random.Random) -> list[tuple[Unit, bool, bool]]:
    """(decision, decided violating, is violating) of twelve people over three strata."""
    made = []
    for number in range(1500):
        stratum, rate = chance.choice([("a", 0.02), ("a", 0.02), ("b", 0.10), ("c", 0.30)])
        right = chance.random() < 0.3
        found = right != (chance.random() < rate)
        made.append((Unit(str(number), stratum, f"p{number % 12}"), found, right))
    return made


@pytest.mark.parametrize(("how", "floor"), [("proportional", 0), ("neyman", 0), ("neyman", 25), ("equal", 10)])
def test_estimates_are_right_on_average_and_intervals_hold(how: str, floor: int) -> None:
    chance = random.Random(7)
    every = floor_of(chance)
    sizes = {key: sum(unit.stratum == key for unit, _, _ in every) for key in "abc"}
    strata = [Stratum(key, sizes[key], rate) for key, rate in (("a", 0.02), ("b", 0.1), ("c", 0.3))]
    looks = agreement.allocate(strata, 200, how=how)
    wrong = sum(found != right for _, found, right in every)
    truth = 1 - wrong / len(every)
    by_id = {unit.id: (found, right) for unit, found, right in every}
    totals, covered = [], 0
    for turn in range(ROUNDS):
        drawn = agreement.draw([unit for unit, _, _ in every], looks, seed=f"turn {turn}", floor=floor)
        totals.append(agreement.total(Look(d.probability, by_id[d.id][0] != by_id[d.id][1]) for d in drawn))
        verdicts = [
            Verdict(cell="", found=by_id[d.id][0], right=by_id[d.id][1], probability=d.probability, stratum=d.stratum)
            for d in drawn
        ]
        accuracy = agreement.cell("", verdicts, sizes=sizes).accuracy
        covered += accuracy.low <= truth <= accuracy.high
    error = statistics.stdev(totals) / math.sqrt(ROUNDS)
    assert abs(statistics.mean(totals) - wrong) < 4.5 * error
    assert covered / ROUNDS > 0.95 - 4 * math.sqrt(0.95 * 0.05 / ROUNDS)
    if ROUNDS >= 1000:
        assert 0.93 <= covered / ROUNDS <= 0.97


def test_everybody_gets_their_floor_and_the_certain_are_all_there() -> None:
    units = [Unit(str(k), "rare" if k % 50 == 0 else "usual", f"p{k % 20}") for k in range(2000)]
    drawn = agreement.draw(units, {"rare": 40, "usual": 60}, seed="s", floor=12)
    assert sum(each.stratum == "rare" for each in drawn) == 40
    counts = [sum(each.person == f"p{k}" for each in drawn) for k in range(20)]
    assert min(counts) >= 8 and statistics.mean(counts) == pytest.approx(12, abs=1.5)
    assert drawn == agreement.draw(reversed(units), {"rare": 40, "usual": 60}, seed="s", floor=12)
    assert {each.why for each in drawn} == {"certain", "stratum", "floor"}


def test_cells_by_hand() -> None:
    verdicts = [
        Verdict(cell="x", found=True, right=True), Verdict(cell="x", found=True, right=True),
        Verdict(cell="x", found=True, right=False, critical=True), Verdict(cell="x", found=False, right=True, probability=0.5),
        Verdict(cell="x", found=False, right=False, probability=0.5),
        Verdict(cell="x", found=True, right=True, wrong=True),  # right to enforce, for the wrong thing
    ]  # fmt: skip
    found = agreement.cell("x", verdicts)
    assert found.accuracy.share == pytest.approx(4 / 8)
    assert found.precision.share == pytest.approx(3 / 4) and found.recall.share == pytest.approx(3 / 5)
    assert found.over.share == pytest.approx(1 / 8) and found.under.share == pytest.approx(2 / 8)
    assert found.critical.share == pytest.approx(1 / 8) and found.noise


def test_all_of_them_are_known_and_still_a_sample_of_the_work() -> None:
    looks = [Look(1.0, float(k % 10 == 0)) for k in range(50)]
    known, work = agreement.share(looks), agreement.share(looks, process=True)
    assert known.low == known.high == known.share == work.share == 0.1
    plain = agreement.wilson(5, 50)
    assert work.low == pytest.approx(plain.low, abs=0.01) and work.high == pytest.approx(plain.high, abs=0.01)


def test_equal_people_have_no_worst() -> None:
    named = 0
    for seed in range(6):
        chance = random.Random(seed)
        people = [Checked(str(k), sum(chance.random() < 0.06 for _ in range(20)), 20) for k in range(60)]
        standing = agreement.standing(people)
        assert sum(one.among_worst for one in standing.people) == pytest.approx(standing.k, rel=0.05)
        named += len(standing.named)
    assert named == 0


def test_somebody_who_errs_is_named_and_a_short_bad_day_is_not() -> None:
    chance = random.Random(3)
    people = [Checked(f"p{k}", sum(chance.random() < 0.05 for _ in range(60)), 60) for k in range(29)]
    standing = agreement.standing([*people, Checked("often", 30, 60), Checked("short", 2, 3)])
    assert standing.named == ("often",)
    short = standing.people[-1]
    assert short.raw is not None and short.value < short.raw / 2


def test_places_among_the_worst_equal_a_simulation() -> None:
    beliefs = [(2.0, 30.0), (4.0, 30.0), (8.0, 40.0), (1.0, 60.0), (3.0, 9.0)]
    chance = random.Random(0)
    counts = [0] * 5
    for _ in range(8000):
        drawn = [chance.betavariate(a, b) for a, b in beliefs]
        for place in sorted(range(5), key=lambda k: -drawn[k])[:2]:
            counts[place] += 1
    from watchfloor.engines.agreement.people import among_worst

    for ours, count in zip(among_worst(beliefs, 2), counts, strict=True):
        assert ours == pytest.approx(count / 8000, abs=0.02)


def test_a_test_that_may_stop_errs_as_seldom_as_it_says() -> None:
    rule = Rule(fine=0.03, poor=0.12)
    chance = random.Random(1)
    for share, wrong_answer, most in ((0.03, "poor", rule.alarm), (0.12, "fine", rule.miss)):
        answers, looks = [], []
        for _ in range(400):
            wrong = read = 0
            while (answer := stopping.ask(rule, wrong, read).says) == "go on":
                read += 1
                wrong += chance.random() < share
            answers.append(answer)
            looks.append(read)
        assert answers.count(wrong_answer) / 400 < most + 0.035
        assert statistics.mean(looks) == pytest.approx(stopping.expected(rule, share), rel=0.35)
    assert stopping.ask(rule, 0, 0).right_left == next(n for n in range(200) if stopping.ask(rule, 0, n).says == "fine")


def test_drift_alarms_as_often_as_was_allowed() -> None:
    chart = agreement.chart(0.05, 0.15, verdicts=2000)
    chance = random.Random(2)
    alarms, _level = agreement.follow(chart, (chance.random() < 0.05 for _ in range(200_000)))
    assert len(alarms) == pytest.approx(200_000 / chart.run, rel=0.3) and chart.run >= 2000
    late = agreement.follow(chart, [False] * 200 + [k % 4 == 0 for k in range(200)])[0]
    assert late[0].since >= 199 and late[0].at < 200 + 3 * chart.delay(0.25)
    assert drift.run_length(2, 1, 0.5) == pytest.approx(2)  # the first wrong one is the alarm
    with pytest.raises(BadInput, match="usual"):
        agreement.chart(0.2, 0.1, verdicts=10)
