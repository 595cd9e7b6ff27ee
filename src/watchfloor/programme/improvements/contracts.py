"""What other parts hand in and what they see of improvements."""

from __future__ import annotations

from uuid import UUID

import msgspec


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """A suggestion. Of the place it was made at only names and ids: ``page`` is the name of an address, never the address.

    ``about`` says of what it is, where that is not a page: ``unit:<key>``, ``clause:<policy>/<number>`` (``clause:<policy>``: all of
    it), ``screen:<name>``; ``evidence`` are addresses within the console or ids of frozen facts. ``key``: the same key of the same sender
    is the same suggestion.
    """

    wrong: str
    wanted: str = ""
    kind: str = "idea"  # or bug
    steps: str = ""
    often: str = ""
    page: str = ""
    queue: str = ""
    policy: str = ""
    market: str = ""
    case_id: UUID | None = None
    window_size: str = ""
    about: str = ""
    evidence: tuple[str, ...] = ()
    key: str = ""
