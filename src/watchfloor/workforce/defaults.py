"""What every installation starts with: the house itself as the first vendor."""

from __future__ import annotations

from watchfloor.ledger.writer import Writer
from watchfloor.workforce.actions import save_vendor
from watchfloor.workforce.models import Vendor


def install(w: Writer) -> None:
    """Add the vendor ``inhouse`` if it is not there; safe to run again."""
    if not Vendor.objects.filter(key="inhouse").exists():
        save_vendor(w, key="inhouse", name="In-house")
