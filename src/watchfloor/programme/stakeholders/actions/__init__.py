"""The only writers of stakeholders; other parts of programme call these with their own writer."""

from watchfloor.programme.stakeholders.actions.asking import answer, ask
from watchfloor.programme.stakeholders.actions.objectives import end_objective, save_objective
from watchfloor.programme.stakeholders.actions.people import save_stakeholder, set_letter
from watchfloor.programme.stakeholders.actions.signing import ask_sign_off, refuse, sign
from watchfloor.programme.stakeholders.actions.telling import draft_update, save_audience, send_update

__all__ = [
    "answer",
    "ask",
    "ask_sign_off",
    "draft_update",
    "end_objective",
    "refuse",
    "save_audience",
    "save_objective",
    "save_stakeholder",
    "send_update",
    "set_letter",
    "sign",
]
