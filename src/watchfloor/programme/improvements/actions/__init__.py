"""The only writers of improvements."""

from watchfloor.programme.improvements.actions.suggesting import join, part, put_aside, suggest, take_up
from watchfloor.programme.improvements.contracts import Suggested

__all__ = ["Suggested", "join", "part", "put_aside", "suggest", "take_up"]
