"""Surges: a playbook agreed beforehand, started with a reason and an end, which puts everything back when it ends."""

from watchfloor.review.surge.running import end_surge, preview, save_playbook, start_surge, sweep_surges
from watchfloor.review.surge.steps import register

__all__ = ["end_surge", "preview", "register", "save_playbook", "start_surge", "sweep_surges"]
