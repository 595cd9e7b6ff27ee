"""Agreement beside published values, and beside other people's libraries where they are installed."""

from __future__ import annotations

import os
import random

import pytest

from watchfloor.engines import agreement
from watchfloor.engines.agreement import levels
from watchfloor.kernel.errors import BadInput

TABLES = int(os.environ.get("WATCHFLOOR_AGREEMENT_TABLES", "25"))

# Krippendorff, Computing Krippendorff's alpha-reliability (2011): four observers, twelve units.
FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
Rows = list[tuple[str, str, str]]


def rows(matrix: list[list[int | None]]) -> Rows:
    return [
        (str(unit), str(rater), str(value))
        for rater, given in enumerate(matrix)
        for unit, value in enumerate(given)
        if value is not None
    ]


def any_table(seed: int) -> list[list[int | None]]:
    chance = random.Random(seed)
    units, raters, values = chance.randint(4, 30), chance.randint(2, 6), chance.randint(2, 5)
    missing, near = chance.choice([0.0, 0.2, 0.5]), chance.random()
    truth = [chance.randint(1, values) for _ in range(units)]
    return [
        [
            None if chance.random() < missing else true if chance.random() < near else chance.randint(1, values)
            for true in truth
        ]
        for _ in range(raters)
    ]


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_four_coders(level: str, value: float) -> None:
    found = agreement.alpha(agreement.table(rows(FOUR), level), level)
    assert found.value == pytest.approx(value, abs=0.0005)


def test_the_published_errors_of_the_four_coders() -> None:
    """Gwet's Handbook prints the same data: alpha .743 [.419, 1], AC1 .775, Fleiss .761."""
    table = agreement.table(rows(FOUR))
    alpha = agreement.alpha(table)
    assert alpha.low == pytest.approx(0.419, abs=0.0005) and alpha.high == 1
    assert agreement.gwet(table).value == pytest.approx(0.77544, abs=1e-5)
    assert agreement.fleiss(table).value == pytest.approx(0.76117, abs=1e-5)
    assert agreement.percent(table).value == pytest.approx(0.81818, abs=1e-5)


def test_rare_things_make_kappa_low_and_ac1_not() -> None:
    pairs = [("no", "no")] * 180 + [("yes", "no")] * 8 + [("no", "yes")] * 8 + [("yes", "yes")] * 4
    table = agreement.table([r for i, (a, b) in enumerate(pairs) for r in ((str(i), "a", a), (str(i), "b", b))])
    assert agreement.percent(table).value == pytest.approx(0.92)
    kappa, steady = agreement.cohen(pairs).value, agreement.gwet(table).value
    assert kappa is not None and kappa < 0.3
    assert steady is not None and steady > 0.9


def test_where_all_say_the_same_a_coefficient_has_no_value() -> None:
    table = agreement.table([(str(unit), rater, "clean") for unit in range(9) for rater in "ab"])
    assert agreement.alpha(table).value is None and agreement.fleiss(table).value is None
    assert agreement.cohen([("clean", "clean")] * 9).value is None
    assert agreement.percent(table).value == 1


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(BadInput, match="twice"):
        agreement.table([("1", "a", "x"), ("1", "a", "y")])
    with pytest.raises(BadInput, match="needs numbers"):
        agreement.table([("1", "a", "x"), ("1", "b", "y")], "interval")
    with pytest.raises(BadInput, match="zero and more"):
        agreement.table([("1", "a", "-1"), ("1", "b", "2")], "ratio")
    with pytest.raises(BadInput, match="no level"):
        levels.ordered(["1"], "logarithmic")


def test_alpha_equals_the_krippendorff_package() -> None:
    krippendorff = pytest.importorskip("krippendorff", reason="the krippendorff package is not installed")
    numpy = pytest.importorskip("numpy")
    compared = 0
    for seed in range(TABLES):
        matrix = any_table(seed)
        data = numpy.array([[numpy.nan if v is None else v for v in given] for given in matrix], dtype=float)
        for level in levels.LEVELS:
            ours = agreement.alpha(agreement.table(rows(matrix), level), level).value
            if ours is None:
                continue
            theirs = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
            assert ours == pytest.approx(theirs, abs=1e-9), (seed, level)
            compared += 1
    assert compared > TABLES


def test_cohen_and_fleiss_equal_statsmodels() -> None:
    inter = pytest.importorskip("statsmodels.stats.inter_rater", reason="statsmodels is not installed")
    for seed in range(TABLES):
        chance = random.Random(seed)
        values = chance.randint(2, 4)
        pairs = [(str(chance.randint(1, values)), str(chance.randint(1, values))) for _ in range(60)]
        pairs += [(str(v), str(v)) for v in range(1, values + 1)] * 8
        square = [[pairs.count((str(a), str(b))) for b in range(1, values + 1)] for a in range(1, values + 1)]
        for ours, theirs in (("identity", None), ("linear", "linear"), ("quadratic", "quadratic")):
            found, expected = agreement.cohen(pairs, ours), inter.cohens_kappa(square, wt=theirs)
            assert found.value == pytest.approx(expected.kappa, abs=1e-9)
            assert found.error == pytest.approx(expected.std_kappa, abs=1e-9)
        counts = [[0] * values for _ in range(40)]
        for unit in counts:
            for _ in range(4):
                unit[chance.randrange(values)] += 1
        names = [str(v) for v in range(values)]
        table = agreement.counted((dict(zip(names, unit, strict=True)) for unit in counts), names)
        assert agreement.fleiss(table).value == pytest.approx(inter.fleiss_kappa(counts), abs=1e-9)


def test_values_and_errors_equal_irr_cac() -> None:
    raw = pytest.importorskip("irrCAC.raw", reason="irrCAC is not installed")
    pandas = pytest.importorskip("pandas")
    compared = 0
    for seed in range(TABLES):
        matrix = any_table(seed)
        table = agreement.table(rows(matrix))
        if agreement.alpha(table).value is None:  # there it divides by zero
            continue
        theirs = raw.CAC(pandas.DataFrame(matrix).T.dropna(how="all"), digits=12)
        for ours, other in (
            (agreement.gwet(table), theirs.gwet),
            (agreement.fleiss(table), theirs.fleiss),
            (agreement.alpha(table), theirs.krippendorff),
        ):
            try:
                estimate = other()["est"]
            except ZeroDivisionError:  # where everything agrees, or nothing beyond chance
                continue
            if ours.value is None or ours.error is None or estimate["se"] != estimate["se"]:
                continue
            assert ours.value == pytest.approx(estimate["coefficient_value"], abs=1e-6), (seed, ours.name)
            assert ours.error == pytest.approx(estimate["se"], abs=1e-6), (seed, ours.name)
            compared += 1
    assert compared > TABLES
