"""What doors add to the JSON API."""

from __future__ import annotations

from ninja import Router

from watchfloor.interop.sql.api import router as sql

router = Router()
router.add_router("", sql)
