"""The whole proof of one decision: who decided what under which text, what followed, and that nothing was removed since.

The ledger knows events; what belongs to a decision (its actions, notices, appeals, statements, the policy's text) the contexts know,
so they name it here. Private values, of which the log holds only keyed digests, can be opened one by one: value and key together let
a stranger recompute the digest (``verifier.py``).
"""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypedDict
from uuid import UUID

import msgspec

from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger import store, verifier
from watchfloor.ledger.bundle import Bundle
from watchfloor.ledger.canonical import canonical
from watchfloor.ledger.models import Checkpoint, Projected
from watchfloor.ledger.prove import prove
from watchfloor.ledger.writer import plain

FORMAT: Final = "watchfloor-proofs/1"


class Opening(TypedDict):
    """A private value with the key of its digest. ``content`` are the very characters that were digested; ``seal`` is hexadecimal."""

    table: str
    row: str
    column: str
    seal: str
    content: str


class Belongs(msgspec.Struct, frozen=True, kw_only=True):
    """What a context knows of a decision: subjects of events (``"action:<uuid>"``), values to open, the item as it was judged."""

    subjects: tuple[str, ...] = ()
    openings: tuple[Opening, ...] = ()
    content: str = ""  # canonical JSON of the item version; "" when it is not given out


class Dossier(TypedDict):
    """What is saved as a file; ``bundles`` is what ``verifier.py`` checks first."""

    format: str
    decision: str
    summary: list[str]
    bundles: list[Bundle]
    openings: list[Opening]
    content: str


Teller = Callable[[UUID, bool], Belongs]
_tellers: list[Teller] = []


def tell(teller: Teller) -> Teller:
    """From now on dossiers hold what this function names; it is told whether the item's content may be given out."""
    _tellers.append(teller)
    return teller


def of_decision(decision_id: UUID, *, content: bool = False) -> Dossier:
    """The dossier of a decision, its events in the log's order.

    Args:
        content: put in what the item said as well. It is somebody's: only for those who may have it.

    Raises:
        NotFound: no such decision, or its events are not signed yet (that takes two seconds).
    """
    told = [teller(decision_id, content) for teller in _tellers]
    found: dict[str, Bundle] = {}
    for subject in dict.fromkeys([f"decision:{decision_id}", *(name for each in told for name in each.subjects)]):
        try:
            for bundle in prove(subject):
                found.setdefault(bundle["event"], bundle)
        except NotFound as missing:
            if missing.code != "no_event" or subject.startswith("decision:"):
                raise
    bundles = sorted(found.values(), key=lambda bundle: bundle["leaf_index"])
    _grown_since(bundles)
    return {
        "format": FORMAT,
        "decision": ids.encode("dec", decision_id),
        "summary": verifier.story(bundles),
        "bundles": bundles,
        "openings": [opening for each in told for opening in each.openings],
        "content": next((each.content for each in told if each.content), ""),
    }


def opening(row: Projected, column: str) -> Opening | None:
    """A private column of a row, opened; None when value or seal are gone (erased) or there is nothing in it."""
    value, seal = getattr(row, column), getattr(row, "seal", None)
    if value is None or seal is None:
        return None
    content = value if isinstance(value, str) else canonical(plain(value)).decode()
    return {
        "table": row._meta.db_table, "row": str(row.pk), "column": column, "seal": bytes(seal).hex(), "content": content,
    }  # fmt: skip


def archive(dossier: Dossier) -> bytes:
    """All a stranger needs in one ZIP: the proof, its summary to read, the program that checks it, and how."""
    key = dossier["bundles"][0]["public_key"]
    files = {
        "proof.json": msgspec.json.format(msgspec.json.encode(dossier), indent=1).decode(),
        "summary.html": _page(dossier),
        "verify.py": Path(verifier.__file__).read_text("utf-8"),
        "checkpoint.txt": dossier["bundles"][-1]["checkpoint"],
        "README.txt": _README.format(decision=dossier["decision"], key=key),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in files.items():
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _grown_since(bundles: list[Bundle]) -> None:
    """The last event's proof also shows that the log only grew since the first checkpoint that held the first one."""
    first, last = bundles[0], bundles[-1]
    earlier = Checkpoint.objects.filter(size__gt=first["leaf_index"]).order_by("size").first()
    if earlier is None or earlier.size >= last["tree_size"]:
        return
    path = store.tree().consistency_proof(earlier.size, last["tree_size"])
    last["earlier"] = {"checkpoint": earlier.note, "consistency": [verifier.encode(each) for each in path]}


def _page(dossier: Dossier) -> str:
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in dossier["summary"])
    opened = "".join(
        f"<h2>{html.escape(each['table'])}: {html.escape(each['column'])}</h2><pre>{html.escape(each['content'])}</pre>"
        for each in dossier["openings"]
    )
    content = (
        f"<h2>The item as it was judged</h2><pre>{html.escape(dossier['content'])}</pre>" if dossier["content"] else ""
    )
    return _HTML.format(decision=html.escape(dossier["decision"]), lines=lines, opened=opened, content=content)


_README = """Proof of the decision {decision}

proof.json    the events about the decision, each with its proof of inclusion in a signed log
summary.html  the same to read
verify.py     checks proof.json; needs Python 3.11 and the package "cryptography", and nothing of whoever made this
checkpoint.txt  what was signed last when this was made (C2SP signed note)

    python verify.py proof.json --key '{key}'

Get the key from whoever runs the log, on another way than this file: a forger can write a key too.
"""

_HTML = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Decision {decision}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}pre{{white-space:pre-wrap}}</style>
<h1>Decision {decision}</h1><p>What the signed log says, in its order. This page proves nothing by itself: verify.py checks proof.json.</p>
<ol>{lines}</ol>{content}{opened}</html>
"""
