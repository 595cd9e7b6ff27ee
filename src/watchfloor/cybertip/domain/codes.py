"""What an answer of the CyberTipline means for the report: go on, try again, stop and page, or leave it to a human.

Codes: NCMEC's documentation, appendix on response codes (its list says of itself that it is not complete; hundreds give the class).
"""

from __future__ import annotations

from enum import StrEnum


class Meaning(StrEnum):
    """The classes, each with its own handling."""

    OK = "ok"
    AGAIN = "again"  # their server: the same step again, later
    STOP = "stop"  # we are not let in: nothing is sent until somebody mends it; on-call is paged
    HUMAN = "human"  # they refuse what we say: put aside for a human
    MISSING = "missing"  # no such report or file: it has vanished
    RETRACTED = "retracted"
    FINISHED = "finished"


def meaning(code: int) -> Meaning:
    """The class of a code; what is not known is left to a human."""
    exact = {
        0: Meaning.OK,
        5001: Meaning.MISSING,
        5002: Meaning.MISSING,
        5101: Meaning.RETRACTED,
        5102: Meaning.FINISHED,
    }
    if code in exact:
        return exact[code]
    if 1000 <= code < 2000:
        return Meaning.AGAIN
    if 2000 <= code < 4000:
        return Meaning.STOP
    return Meaning.HUMAN
