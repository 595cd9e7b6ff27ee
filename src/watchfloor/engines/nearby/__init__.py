"""Near-duplicates: how alike two texts are, the nearest example in a bank, the nearest hash by its bits.

Two ways, each for what it measured best at (``benchmarks/nearby_text.py``): a *sketch* of a text, for "is this one of these examples",
which is exact for messages of ordinary length; and a *SimHash*, sixteen digits that can be stored, counted and compared by bits.
"""

from watchfloor.engines.nearby.bank import Bank
from watchfloor.engines.nearby.bits import BitIndex, hamming
from watchfloor.engines.nearby.minhash import bands
from watchfloor.engines.nearby.shingles import distance, pieces, sketch
from watchfloor.engines.nearby.simhash import simhash

__all__ = ["Bank", "BitIndex", "bands", "distance", "hamming", "pieces", "simhash", "sketch"]
