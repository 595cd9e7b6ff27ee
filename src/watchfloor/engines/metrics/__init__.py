"""The arithmetic of metrics: where a change comes from, whether it is one, what it is made of, what comes next, what a measure did.

    locate_counts(frame, real="real", forecast="forecast")      # which slices explain a change of a count
    locate_ratio(frame, real_num=..., real_den=..., ...)        # the same for a ratio, with a calibrated p-value

Pure: tables in (Polars), frozen structs out; no database, no files, no clock. Columns are Polars' own, so nothing else is needed.
"""

from watchfloor.engines.metrics.locate_counts import locate_counts
from watchfloor.engines.metrics.locate_ratios import locate_ratio
from watchfloor.engines.metrics.located import Cause, Location

__all__ = ["Cause", "Location", "locate_counts", "locate_ratio"]
