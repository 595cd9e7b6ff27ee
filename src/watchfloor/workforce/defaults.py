"""What every installation starts with: the house itself as the first vendor, and a budget of exposure to begin with."""

from __future__ import annotations

from watchfloor.ledger.writer import Writer
from watchfloor.workforce.actions import save_vendor
from watchfloor.workforce.domain.budgets import Budget
from watchfloor.workforce.models import BudgetRow, Vendor
from watchfloor.workforce.wellbeing_actions import save_budget

# To begin with; no trial has found the right number of minutes, and a house sets its own.
BUDGET = Budget(
    day={3: 240, 4: 60, 5: 30}, week={4: 240, 5: 120}, reserve=2, severe_break=20, work_break=90, break_minutes=10
)  # fmt: skip


def install(w: Writer) -> None:
    """Add the vendor ``inhouse`` and the default budget if they are not there; safe to run again."""
    if not Vendor.objects.filter(key="inhouse").exists():
        save_vendor(w, key="inhouse", name="In-house")
    if not BudgetRow.objects.filter(scope="default").exists():
        save_budget(w, "default", BUDGET)
