"""The arithmetic of metrics: where a change comes from, whether it is one, what it is made of, what comes next, what a measure did.

    locate_counts(frame, real="real", forecast="forecast")      # which slices explain a change of a count
    locate_small(frame, dims, windows, up=True)                 # the same for counts of nought to three
    locate_ratio(frame, real_num=..., real_den=..., ...)        # the same for a ratio, with a calibrated p-value
    locate_mean(frame, dims=...)                                # the same for a mean of times, by their logarithms
    detect(values) -> [Seen(score, alarm, kind, expected), ...] # one series, causal
    watch_slices(frame, time=..., value=..., by=[...])          # thousands of slices under one rate of false alarms
    decompose(frame, before_num=..., ..., by=[...])             # rates against mix; chain(rows) for products
    best_dimensions(frame, ..., dims=[...])                     # which dimension tells most of a change
    decompose_quantile(frame, value=..., period=..., by=[...])  # the same for p90 and its like, by reweighting
    forecast(values, horizon=7, season=7, events=...)           # with intervals that were tried on the past
    forecast_tree(leaves, horizon=7, season=7)                  # a whole and its parts, which add up
    effect(touched, controls, at=30)                            # what a change did, or a refusal

Pure: tables in (Polars), frozen structs out; no database, no files, no clock. Columns are Polars' own, so nothing else is needed.
"""

from watchfloor.engines.metrics.coherent import Coherent, forecast_tree
from watchfloor.engines.metrics.decompose import Decomposition, best_dimensions, chain, decompose
from watchfloor.engines.metrics.detect import Detector, Seen, detect
from watchfloor.engines.metrics.effect import Effect, effect
from watchfloor.engines.metrics.forecast import Forecast, forecast
from watchfloor.engines.metrics.locate_counts import locate_counts
from watchfloor.engines.metrics.locate_means import locate_mean
from watchfloor.engines.metrics.locate_ratios import locate_ratio
from watchfloor.engines.metrics.located import Cause, Location
from watchfloor.engines.metrics.quantiles import QuantileChange, decompose_quantile
from watchfloor.engines.metrics.slices import SliceAlarm, watch_slices
from watchfloor.engines.metrics.small_counts import SmallCell, locate_small

__all__ = [
    "Cause",
    "Coherent",
    "Decomposition",
    "Detector",
    "Effect",
    "Forecast",
    "Location",
    "QuantileChange",
    "Seen",
    "SliceAlarm",
    "SmallCell",
    "best_dimensions",
    "chain",
    "decompose",
    "decompose_quantile",
    "detect",
    "effect",
    "forecast",
    "forecast_tree",
    "locate_counts",
    "locate_mean",
    "locate_ratio",
    "locate_small",
    "watch_slices",
]
