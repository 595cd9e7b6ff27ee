"""Insight's own things on the planted floor: boards, a spike, topics, studies, made of what lies there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor, system
from watchfloor.insight.boards import defaults, keeping
from watchfloor.insight.boards.domain.document import Document, Panel
from watchfloor.insight.spikes import cases
from watchfloor.insight.trends import follow, studies, study_actions, topic_actions
from watchfloor.insight.trends.models import TopicText
from watchfloor.kernel import clock, ids
from watchfloor.ledger.writer import writing

if TYPE_CHECKING:
    from tests.integration.permissions.addresses import Address

PANELS = (
    Panel(id="number", metrics=("incoming_total", "backlog")), Panel(id="line", form="line", metrics=("incoming_manual",)),
    Panel(id="table", form="table", metrics=("incoming_manual", "solved_manual", "aht"), by="queue", then="policy"),
    Panel(id="heat", form="heat", metrics=("incoming_manual",), by="market", then="severity"),
    Panel(id="bars", form="bars", metrics=("reports",), by="market"),
)  # fmt: skip
SPIKED = "incoming_manual"
PRIVATE = "zzprivate"  # the name of somebody's own board


class Insight(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to visit. ``spike`` is the id as addresses have it."""

    board: UUID
    own_board: UUID
    spike: str
    studies: tuple[UUID, ...]  # of all markets; of one

    def at(self, page: Address) -> list[str] | None:
        """A page's addresses with these things; None where it shows none of them."""
        if "board_id" in page.route:
            boards = [
                page.at(lambda _kind, name, pk=pk: str(pk) if name == "board_id" else "table")
                for pk in (self.board, self.own_board)
            ]
            return boards + ([f"{boards[0]}?format=csv"] if page.name in ("board-panel", "board-export") else [])
        if "spike_id" in page.route:
            return [page.at(lambda *_: self.spike)]
        if "study_id" in page.route:
            found = [page.at(lambda *_, pk=pk: str(pk)) for pk in self.studies]
            return found + ([f"{each}?format=csv" for each in found] if page.name == "study" else [])
        return [page.at(lambda *_, key=key: key) for key in topics()] if page.name == "insight-topic" else None


def topics() -> list[str]:
    """Every topic there is."""
    return sorted(TopicText.objects.exclude(topic="").values_list("topic", flat=True).distinct())


def plant(somebody: Actor) -> Insight:
    """Of all that lies on the floor by now; one board is ``somebody``'s own."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with writing(system("test")) as w:
        defaults.install(w)
    document = Document(panels=PANELS, span="24h")
    board = keeping.make(system("test"), "Everything at once", document, shared=True)
    own = keeping.make(somebody, PRIVATE, document)
    spike = cases.ask(system("test"), SPIKED, hour - timedelta(hours=2), hour + timedelta(hours=1))
    drawn = [
        study_actions.begin(
            system("test"), name="Everything posted", method="simple", unit="item", start=hour - timedelta(days=2),
            end=hour + timedelta(days=1), size=20, markets=markets, double_share=0.0, seed="fixed",
        )
        for markets in ((), ("US",))
    ]  # fmt: skip
    for unit in drawn[0].units.order_by("place")[1:]:  # one is left to label
        study_actions.label(system("test"), studies.unit(system("test"), unit.pk).pk, "clean")
    read_texts()
    for row in TopicText.objects.exclude(topic="").select_related("item").order_by("pk"):
        topic_actions.name(system("test"), row.topic, f"all about {row.item.external_id.partition('-')[0]}")
    return Insight(
        board=board.pk, own_board=own.pk, spike=ids.encode("spk", spike.pk), studies=tuple(row.pk for row in drawn)
    )


def read_texts() -> None:
    """Reports join topics."""
    follow.forget()
    while follow.keep_up():
        pass
