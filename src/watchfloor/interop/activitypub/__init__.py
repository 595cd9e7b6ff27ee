"""Reports from the Fediverse: an actor, an inbox, signed requests, ``Flag``. Nothing is published and nobody is followed."""
