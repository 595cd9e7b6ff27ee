"""Panels as SVG that stands alone: for files, mail, screens on a wall. Colours are written out, nothing is loaded."""

from __future__ import annotations

from watchfloor.insight.boards.drawing.picture import board, panel

__all__ = ["board", "panel"]
