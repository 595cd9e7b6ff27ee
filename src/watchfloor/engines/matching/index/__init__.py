"""Which known hashes lie within a radius of one: exactly, in a tenth of a millisecond among a million, changed while it is asked."""

from watchfloor.engines.matching.index.hash_index import HashIndex
from watchfloor.engines.matching.index.state import Matches

__all__ = ["HashIndex", "Matches"]
