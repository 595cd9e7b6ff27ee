"""The media origin's server entry: the same installation and database, none of the console's pages, cookies or sessions."""

from __future__ import annotations

from watchfloor.platform.setup import setup

setup()

from watchfloor.items.media.origin import app as application  # noqa: E402

__all__ = ["application"]
