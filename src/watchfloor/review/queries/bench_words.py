"""What happens at the workbench, in words of the case's timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Data = dict[str, Any]


def _asked(data: Data) -> str:
    return _("asked a specialist; the case waits for the answer") if data["waits"] else _("asked a specialist")


def _answered(data: Data) -> str:
    return _("answered the question (kept as a precedent)") if data["precedent"] else _("answered the question")


def _path(data: Data) -> str:
    count = data["questions"]
    values = {"num": count, "end": data["ends"] or _("nowhere yet")}
    if data["followed"]:
        return (
            ngettext("went through %(num)s question to %(end)s", "went through %(num)s questions to %(end)s", count)
            % values
        )
    return (
        ngettext(
            "went through %(num)s question to %(end)s, and decided otherwise",
            "went through %(num)s questions to %(end)s, and decided otherwise",
            count,
        )
        % values
    )


SENTENCES: dict[str, Callable[[Data], str]] = {
    "inquiry.asked": _asked,
    "inquiry.answered": _answered,
    "inquiry.withdrawn": lambda _data: _("took the question back"),
    "decision_path.kept": _path,
}
