"""What an endpoint may hear of (``test`` messages go to every endpoint)."""

from __future__ import annotations

from typing import Final

TOPICS: Final = ("action", "notice", "app", "identity")
