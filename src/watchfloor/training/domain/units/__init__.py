"""A training unit: one Markdown source of a policy's article, slides, facilitator guide and questions. Read, checked, compared; pure.

The format is told in docs/reference/training-units.md.
"""

from watchfloor.training.domain.units.differences import Row, difference
from watchfloor.training.domain.units.read import Mistake, look, parse
from watchfloor.training.domain.units.shape import (
    SECTIONS,
    Activity,
    Block,
    Case,
    Choice,
    Part,
    Question,
    Span,
    Stamp,
    Unit,
    digest,
)
from watchfloor.training.domain.units.timing import Timed, timed

__all__ = [
    "SECTIONS",
    "Activity",
    "Block",
    "Case",
    "Choice",
    "Mistake",
    "Part",
    "Question",
    "Row",
    "Span",
    "Stamp",
    "Timed",
    "Unit",
    "difference",
    "digest",
    "look",
    "parse",
    "timed",
]
