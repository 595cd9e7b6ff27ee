"""Detection's loop: models learn from the decisions of the last minutes."""

from __future__ import annotations

from watchfloor.detection import training
from watchfloor.platform.loops import loop


@loop("detection.train", idle=60.0)
def train() -> int:
    """Let models learn; a policy waits until fifty new decisions were made."""
    return training.train()
