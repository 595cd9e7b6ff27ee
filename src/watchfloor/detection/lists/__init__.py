"""Lists and banks that rules ask: kept in versions, with who, why and until when.

    with writing(actor) as w:
        lists.add(w, "bad-domains", "example.com", reason="phishing, case 8F2K", expires=in_a_month)

Writers are in ``changing``, readers in ``reading``, CSV in ``files``; ``lists_in_force.LISTS`` is what rules ask.
"""

from watchfloor.detection.lists.changing import Change, NewEntry, add, add_many, archive, create, remove, restore, save
from watchfloor.detection.lists.reading import Diff, by_name, diff, may_edit, used_by

__all__ = [
    "Change",
    "Diff",
    "NewEntry",
    "add",
    "add_many",
    "archive",
    "by_name",
    "create",
    "diff",
    "may_edit",
    "remove",
    "restore",
    "save",
    "used_by",
]
