"""Known content found again: fingerprints of pictures, video and text, and an exact index of 256-bit hashes.

No server and no database: arrays and bytes in, structs out. What opens media needs ``watchfloor[media]`` and says so. Files of strangers
are decoded in the sandbox of the media store; here are the parts it calls, and the ones that run on an analyst's own files.
"""

from watchfloor.engines.matching.digests import Digests, digests
from watchfloor.engines.matching.pdq import ENOUGH, RADIUS, VARIANTS, Pdq
from watchfloor.engines.matching.pictures import grey_of, hash_picture, hash_variants, without_bars

__all__ = [
    "ENOUGH",
    "RADIUS",
    "VARIANTS",
    "Digests",
    "Pdq",
    "digests",
    "grey_of",
    "hash_picture",
    "hash_variants",
    "without_bars",
]
