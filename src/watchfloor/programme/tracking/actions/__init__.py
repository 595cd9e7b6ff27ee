"""The only writers of tracking: initiatives and milestones, actions, talk. Other parts of programme call these with their own writer."""

from watchfloor.programme.tracking.actions.initiatives import (
    Started,
    add_milestone,
    begin_initiative,
    change_initiative,
    move_milestone,
)
from watchfloor.programme.tracking.actions.talk import comment, watch
from watchfloor.programme.tracking.actions.todos import Todo, add_action, move

__all__ = [
    "Started",
    "Todo",
    "add_action",
    "add_milestone",
    "begin_initiative",
    "change_initiative",
    "comment",
    "move",
    "move_milestone",
    "watch",
]
