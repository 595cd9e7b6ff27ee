"""Which notices there are, to whom they go, and which typed fields each may and must use."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_

_EMPTY_END: Final = re.compile(r"[^{}]*[:：]\s*\{\{\s*([a-z_]+)\s*\}\}\s*")  # a label and one field
PLACE: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_OPEN: Final = re.compile(r"\{\{|\}\}")
FIELDS: Final[dict[str, str]] = {
    "actions": N_("what was done, one line each, with how long and where"),
    "item": N_("the kind of thing it was done to"),
    "policy": N_("the policy's name"),
    "clause": N_("the clause and its name"),
    "facts": N_("what was found"),
    "source": N_("whether somebody gave notice, or we found it ourselves"),
    "automation": N_("whether automated means were used to find it and to decide"),
    "ground": N_("the law or the clause it is held against, in its words then"),
    "redress": N_("the bodies outside and the courts"),
    "appeal_link": N_("where to object (put in when shown)"),
    "appeal_until": N_("until when one may object"),
    "decision": N_("the decision's number"),
    "reverted": N_("what was undone, one line each"),
    "reported_at": N_("when the report came in"),
    "receipt": N_("the report's number"),
    "appeal": N_("the appeal's number"),
    "reason": N_("why, in a person's words"),
    "until": N_("until when it lasts"),
}
_STATEMENT: Final = frozenset({"actions", "policy", "clause", "facts", "source", "automation", "ground", "redress"})
_OBJECT: Final = frozenset({"appeal_link", "appeal_until"})


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One notice: what it is for, the fields it is given, and those it must not leave out."""

    to: str  # author | reporter | either
    name: str
    fields: frozenset[str]
    needs: frozenset[str] = frozenset()


TEMPLATES: Final[dict[str, Spec]] = {
    "author_violating": Spec(
        to="author", name=N_("To the affected user: the decision and its reasons"),
        fields=_STATEMENT | _OBJECT | {"item", "decision"},
        needs=frozenset({"actions", "facts", "automation", "ground", "redress", "appeal_link", "appeal_until"}),
    ),
    "author_modified": Spec(
        to="author", name=N_("To the affected user: the decision was changed, and the new reasons"),
        fields=_STATEMENT | _OBJECT | {"item", "decision"},
        needs=frozenset({"actions", "facts", "automation", "ground", "redress"}),
    ),
    "author_reversed": Spec(
        to="author", name=N_("To the affected user: the decision was taken back"),
        fields=frozenset({"item", "reverted", "decision"}), needs=frozenset({"reverted"}),
    ),
    "author_restored": Spec(
        to="author", name=N_("To whose account was taken over: it is theirs again"),
        fields=frozenset({"item", "reverted", "decision"}), needs=frozenset({"reverted"}),
    ),
    "reporter_received": Spec(
        to="reporter", name=N_("To whoever reported: we have received it"),
        fields=frozenset({"item", "reported_at", "receipt"}), needs=frozenset({"receipt"}),
    ),
    "reporter_violating": Spec(
        to="reporter", name=N_("To whoever reported: we have acted"),
        fields=_OBJECT | {"item", "automation", "decision", "redress"}, needs=frozenset({"automation", "appeal_link"}),
    ),
    "reporter_clean": Spec(
        to="reporter", name=N_("To whoever reported: no violation was found"),
        fields=_OBJECT | {"item", "automation", "decision", "redress"}, needs=frozenset({"automation", "appeal_link"}),
    ),
    "reporter_reversed": Spec(
        to="reporter", name=N_("To whoever reported: the decision was taken back"),
        fields=_OBJECT | {"item", "automation", "decision", "redress"}, needs=frozenset({"appeal_link"}),
    ),
    "appeal_received": Spec(
        to="either", name=N_("To whoever objected: we have received it"),
        fields=frozenset({"item", "decision", "appeal"}), needs=frozenset({"appeal"}),
    ),
    "appeal_upheld": Spec(
        to="either", name=N_("To whoever objected: we keep to the decision"),
        fields=frozenset({"item", "decision", "appeal", "automation", "redress"}), needs=frozenset({"automation", "redress"}),
    ),
    "appellant_warned": Spec(
        to="either", name=N_("A warning: unfounded appeals, again and again"),
        fields=frozenset({"reason"}), needs=frozenset({"reason"}),
    ),
    "appellant_suspended": Spec(
        to="either", name=N_("Appeals are not taken for a while"),
        fields=frozenset({"reason", "until"}), needs=frozenset({"reason", "until"}),
    ),
}  # fmt: skip


def places(*texts: str) -> set[str]:
    """The fields that texts name."""
    return {name for text in texts for name in PLACE.findall(text)}


def check(key: str, subject: str, body: str, where: str) -> None:
    """``BadInput`` unless both texts can be filled for this notice, and what it must say is there."""
    spec = TEMPLATES.get(key)
    if spec is None:
        raise BadInput(
            "unknown_notice", f"There is no notice {key[:60]!r}.", where=where, hint="Known: " + ", ".join(TEMPLATES)
        )
    if not subject.strip() or not body.strip():
        raise BadInput("empty", "A notice needs a subject and a text.", where=where)
    named = places(subject, body)
    known = "It may use: " + ", ".join(sorted(spec.fields)) + "."
    for name in sorted(named - set(FIELDS)):
        raise BadInput("unknown_field", f"{{{{{name}}}}} is no field of a notice.", where=where, hint=known)
    for name in sorted(named - spec.fields):
        raise BadInput(
            "unknown_field", f"{{{{{name}}}}} is not known when this notice is written.", where=where, hint=known
        )
    if _OPEN.search(PLACE.sub("", subject + body)):
        raise BadInput("open_field", "A field is written {{name}}, with small letters between two braces.", where=where)
    for name in sorted(spec.needs - places(body)):
        raise BadInput("missing_field", f"This notice must say {{{{{name}}}}}: {FIELDS[name]}.", where=where)


def fill(text: str, values: dict[str, str]) -> str:
    """Put values into a template; ``appeal_link`` stays a place until the notice is shown.

    Raises ``BadInput`` for a field without a value. A value cannot bring fields of its own. Gaps of empty fields are closed, and a
    line that only labels one ("How it came to us: {{source}}") is left out with it.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "appeal_link":
            return "{{appeal_link}}"
        if name not in values:
            raise BadInput("missing_field", f"The notice needs {name!r}, which this decision does not give.")
        return values[name]

    said = [
        line for line in text.split("\n") if not ((only := _EMPTY_END.fullmatch(line)) and values.get(only[1]) == "")
    ]
    return re.sub(r"\n{3,}", "\n\n", PLACE.sub(value, "\n".join(said)))
