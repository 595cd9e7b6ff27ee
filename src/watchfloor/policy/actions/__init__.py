"""The only writers of policies: the frame, versions and their way into force, translations, places of rulings, claims."""

from watchfloor.policy.actions.claims import close_claim, end_claims, reopen_claim, save_claim
from watchfloor.policy.actions.force import (
    end_due,
    has_before,
    publish,
    put_in_force,
    start_due,
    structure,
    take_out,
    warn_due,
)
from watchfloor.policy.actions.frame import archive_violation, save_policy, save_reason, save_violation
from watchfloor.policy.actions.rulings import place_ruling
from watchfloor.policy.actions.translations import save_translation
from watchfloor.policy.actions.versions import (
    approve,
    draft,
    draft_document,
    edit_document,
    edit_draft,
    roll_back,
    withdraw,
)

__all__ = [
    "approve",
    "archive_violation",
    "close_claim",
    "draft",
    "draft_document",
    "edit_document",
    "edit_draft",
    "end_claims",
    "end_due",
    "has_before",
    "place_ruling",
    "publish",
    "put_in_force",
    "reopen_claim",
    "roll_back",
    "save_claim",
    "save_policy",
    "save_reason",
    "save_translation",
    "save_violation",
    "start_due",
    "structure",
    "take_out",
    "warn_due",
    "withdraw",
]
