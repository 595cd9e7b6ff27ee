"""The life of a rule, pure: steps and gates, what its numbers mean, when it is stopped, what it will do to the floor."""

from watchfloor.detection.domain.steps import (
    ACTING,
    COUNTING,
    SEVERITIES,
    STEPS,
    acts,
    check_path,
    check_step,
    severity,
)

__all__ = ["ACTING", "COUNTING", "SEVERITIES", "STEPS", "acts", "check_path", "check_step", "severity"]
