"""Functions that ask how an account stands: the band of its reputation."""

from __future__ import annotations

from watchfloor.engines.sml.function import Context, Cost, function


@function(category="findings", cost=Cost.LOOKUP)
def ReputationBand(ctx: Context) -> str:  # noqa: N802
    """How the account that the event is about, or whose item it is, stands by what people decided of its items before:
    'low' (surely more than half violating), 'new' (still on probation), 'unknown' (too little was decided), 'usual', or 'good'
    (surely at most one in twenty). 'new' for an account that was never seen.
    """
    if ctx.findings is None:
        raise LookupError("the reputation of accounts cannot be asked here: it lives in an installation")
    if "band" not in ctx.memo:
        ctx.memo["band"] = ctx.findings.band(ctx.event)
    band: str = ctx.memo["band"]
    return band
