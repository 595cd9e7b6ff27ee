"""Names that pass for others: what a handle looks like to a person, and which protected name it would be taken for."""

from watchfloor.engines.likeness.index import Like, NameIndex, alone
from watchfloor.engines.likeness.shapes import Shape, shape

__all__ = ["Like", "NameIndex", "Shape", "alone", "shape"]
