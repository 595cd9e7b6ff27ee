"""Loops of watched streams: read them here where no worker of their own does; drop stills that are too old."""

from __future__ import annotations

import functools
import os
import socket

from watchfloor.detection.streams import ring
from watchfloor.detection.streams.options import options
from watchfloor.detection.streams.reading import caged
from watchfloor.detection.streams.watching import Crew
from watchfloor.kernel.errors import MissingExtra
from watchfloor.platform.loops import WORK, loop


def name() -> str:
    """Who this process is to the leases."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


@functools.cache
def _crew() -> Crew:
    return Crew(name(), options())


@loop("streams.watch", idle=1.0, place=WORK)
def watch() -> int:
    """Take up streams that nobody reads. Each goes on in a thread of its own."""
    setting = options()
    if not setting.watch or setting.apart:
        return 0
    try:
        caged.insist()
    except MissingExtra:
        return 0
    return _crew().tick()


@loop("streams.sweep", idle=60.0)
def sweep() -> int:
    """Stills of streams that are over go when the ring's time has passed."""
    return ring.sweep(options().ring_minutes)
