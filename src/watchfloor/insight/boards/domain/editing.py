"""Edits of a board's panels. Each gives a new document and leaves the old one alone, so that taking one back is keeping the old."""

from __future__ import annotations

import msgspec

from watchfloor.insight.boards.domain.document import COLUMNS, TALLEST, Document, Panel
from watchfloor.kernel.errors import NotFound


def place_of(document: Document, panel_id: str) -> int:
    """Where a panel stands in reading order.

    Raises:
        NotFound: there is no such panel (somebody took it off meanwhile).
    """
    for place, panel in enumerate(document.panels):
        if panel.id == panel_id:
            return place
    raise NotFound("no_panel", "There is no such panel on this board.")


def add(document: Document, panel: Panel, at: int | None = None) -> Document:
    """With one more panel, last unless a place is named. An id that is taken is given a number."""
    taken = {each.id for each in document.panels}
    name, number = panel.id, 2
    while name in taken:
        name, number = f"{panel.id[:34]}-{number}", number + 1
    panels = list(document.panels)
    panels.insert(len(panels) if at is None else at, msgspec.structs.replace(panel, id=name))
    return msgspec.structs.replace(document, panels=tuple(panels))


def change(document: Document, panel: Panel) -> Document:
    """With the panel of this id in its new form, where it stood."""
    place = place_of(document, panel.id)
    return msgspec.structs.replace(document, panels=(*document.panels[:place], panel, *document.panels[place + 1 :]))


def remove(document: Document, panel_id: str) -> Document:
    """Without the panel."""
    place = place_of(document, panel_id)
    return msgspec.structs.replace(document, panels=(*document.panels[:place], *document.panels[place + 1 :]))


def move(document: Document, panel_id: str, to: int) -> Document:
    """The panel at another place (0 is first; beyond the end is last)."""
    place = place_of(document, panel_id)
    panels = list(document.panels)
    panel = panels.pop(place)
    panels.insert(max(0, min(to, len(panels))), panel)
    return msgspec.structs.replace(document, panels=tuple(panels))


def resize(document: Document, panel_id: str, width: int, height: int) -> Document:
    """The panel in another size, kept within the grid."""
    panel = document.panels[place_of(document, panel_id)]
    return change(
        document,
        msgspec.structs.replace(panel, width=max(1, min(COLUMNS, width)), height=max(1, min(TALLEST, height))),
    )


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Documents in the order they were made; ``at`` is on screen. What was undone can be redone until the next edit."""

    documents: tuple[Document, ...]
    at: int = 0

    @property
    def now(self) -> Document:
        """The document on screen."""
        return self.documents[self.at]

    def then(self, document: Document, most: int = 60) -> History:
        """After one more edit; what had been undone is forgotten, and so is what lies further back than ``most`` edits."""
        if document == self.now:
            return self
        kept = (*self.documents[: self.at + 1], document)[-most:]
        return History(documents=kept, at=len(kept) - 1)

    def back(self) -> History:
        """One edit taken back; at the first, as it is."""
        return History(documents=self.documents, at=max(0, self.at - 1))

    def forth(self) -> History:
        """One taken back put on again; at the last, as it is."""
        return History(documents=self.documents, at=min(len(self.documents) - 1, self.at + 1))
