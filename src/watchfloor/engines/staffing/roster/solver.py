"""A thin door to the solver HiGHS: columns and rows are gathered, then solved in one call."""

from __future__ import annotations

from watchfloor.kernel.errors import BadInput, MissingExtra


class Model:
    """A linear model to be minimised.

    Raises:
        MissingExtra: HiGHS is not installed.
    """

    def __init__(self) -> None:
        try:
            import highspy
            import numpy
        except ImportError:
            raise MissingExtra("compute", "The solver of rosters") from None
        self._highspy, self._np = highspy, numpy
        self._cost: list[float] = []
        self._upper: list[float] = []
        self._whole: list[bool] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._start, self._index, self._value = [0], list[int](), list[float]()

    def column(self, cost: float, upper: float, *, whole: bool) -> int:
        """A variable from 0 to ``upper``; its number."""
        self._cost.append(cost)
        self._upper.append(upper)
        self._whole.append(whole)
        return len(self._cost) - 1

    def row(self, low: float, high: float, terms: list[tuple[int, float]]) -> None:
        """low <= sum of terms <= high."""
        self._low.append(low)
        self._high.append(high)
        self._index.extend(column for column, _ in terms)
        self._value.extend(value for _, value in terms)
        self._start.append(len(self._index))

    def solve(
        self, *, seconds: float, gap: float = 0.0, relaxed: bool = False, only: set[int] | None = None
    ) -> tuple[list[float], float, float]:
        """(values, their cost, the proved bound of the cost).

        Args:
            gap: how far above the bound is good enough; relaxed: variables need not be whole;
                only: the whole variables that may be above 0.

        Raises:
            BadInput: ``no_roster``, where nothing was found in time or nothing exists.
        """
        highspy, np = self._highspy, self._np
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self._cost), len(self._low)
        upper = [
            0.0 if only is not None and whole and number not in only else self._upper[number]
            for number, whole in enumerate(self._whole)
        ]
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.array(self._cost), np.zeros(len(self._cost)), np.array(upper)
        lp.row_lower_, lp.row_upper_ = np.array(self._low), np.array(self._high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(self._start, np.int32), np.array(self._index, np.int32)
        lp.a_matrix_.value_ = np.array(self._value, np.float64)
        whole = any(self._whole) and not relaxed
        if whole:
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[each] for each in self._whole]
        solver = highspy.Highs()
        for name, value in (
            ("output_flag", False),
            ("time_limit", seconds),
            ("mip_abs_gap", gap),
            ("mip_rel_gap", 0.0),
            ("random_seed", 1),
        ):
            solver.setOptionValue(name, value)
        solver.passModel(lp)
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        optimal = status == highspy.HighsModelStatus.kOptimal
        if not optimal and info.primal_solution_status != 2:
            raise BadInput(
                "no_roster",
                "The solver found no roster in its time.",
                hint="Give it more time, or relax the contracts.",
            )
        bound = info.mip_dual_bound if whole else info.objective_function_value
        return list(solver.getSolution().col_value), info.objective_function_value, bound
