"""What a change did to a measure, always with an interval: before and after, against what it did not touch, against a synthetic twin.

    before_after(series, at)                            # alone: level, trend and week of its own past go on
    difference_in_differences(touched, controls, at)    # against the mean of what was not touched
    synthetic_control(touched, controls, at)            # against the weighted mean that tracked it best before
    best(touched, controls, at)                         # the one that foretold the time before the change best, and why

Each answers with an ``Effect``: the mean change per step, its interval, the course without the change, placebos in time and in space. Where
the past is too short, or the controls were no controls, ``enough`` is false and ``why`` says it in a sentence. Pure: numbers in, frozen
structs out (numpy only). The method and its sources: docs/explanation/effects.md.
"""

from watchfloor.engines.effects.alone import before_after
from watchfloor.engines.effects.beside import difference_in_differences, synthetic_control
from watchfloor.engines.effects.choose import best
from watchfloor.engines.effects.shape import Effect, InSpace, InTime, Placebo

__all__ = [
    "Effect",
    "InSpace",
    "InTime",
    "Placebo",
    "before_after",
    "best",
    "difference_in_differences",
    "synthetic_control",
]
