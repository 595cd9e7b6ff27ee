"""The only writers of reviews."""

from watchfloor.programme.reviews.actions.composing import Wanted, compose, filled, refresh
from watchfloor.programme.reviews.actions.keeping import archive, publish, restore, save

__all__ = ["Wanted", "archive", "compose", "filled", "publish", "refresh", "restore", "save"]
