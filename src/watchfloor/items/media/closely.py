"""A second look at a stored picture before something is done because of it: exact hashes, made in the cage from its bytes.

    look(media_id)      # Close(whole, inner, turned), or None where there is no picture to be read

The first hashes are of a picture decoded at a fraction of its size, and may be some bits off; these are not.
"""

from __future__ import annotations

import logging
from uuid import UUID

import msgspec

from watchfloor.items.media import decoding, store
from watchfloor.items.media.contracts import Print
from watchfloor.items.media.decoding import Made
from watchfloor.items.media.models import Media
from watchfloor.items.media.options import options
from watchfloor.items.media.sniff import HEAD, sniff
from watchfloor.kernel.errors import WatchfloorError

log = logging.getLogger(__name__)


class Close(msgspec.Struct, frozen=True):
    """What every pixel of a picture says.

    Attributes:
        prints: exact, of the whole picture and, where even bars surround it, of what is within.
        turned: digits of its eight forms, turned and mirrored, in the order of ``engines.matching.pdq.VARIANTS``; the first is itself.
    """

    prints: tuple[Print, ...]
    turned: tuple[str, ...]


def look(media_id: UUID) -> Close | None:
    """Open a picture once more, apart, and hash it exactly. None: it is no picture, is gone, or cannot be read. Takes up to a minute."""
    row = Media.objects.filter(pk=media_id, state=Media.State.READY, kind="image", key__isnull=False).first()
    if row is None or not decoding.available("image"):
        return None
    try:
        with store.opened(row, store.ORIGINAL) as reader:
            kind = sniff(reader.read_at(0, HEAD))
            made = None if kind is None else decoding.decode(reader, kind, options().budget(), closely=True)
    except (WatchfloorError, OSError) as problem:
        log.warning("the picture %s could not be looked at again: %s", media_id, problem)
        return None
    if not isinstance(made, Made) or not made.prints:
        return None
    return Close(made.prints, made.turned)
