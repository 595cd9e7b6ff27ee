"""Where a job goes, as the review floor knows it: the rules themselves are an engine (``engines.routing``) that needs no floor."""

from watchfloor.engines.routing import NO_RULE, Facts, Route, asked, check_rules, compile_rules, explain

__all__ = ["NO_RULE", "Facts", "Route", "asked", "check_rules", "compile_rules", "explain"]
