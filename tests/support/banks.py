"""Banks for tests: a floor, banks with entries, hashes so and so many bits apart."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from tests.support.floor import Floor, install

from watchfloor.detection.banks import actions, indexes, matching
from watchfloor.detection.banks.contracts import Added, BankIn, EntryIn
from watchfloor.detection.banks.models import Bank, Due
from watchfloor.identity.domain import system
from watchfloor.items import keying
from watchfloor.items.media import actions as media_actions
from watchfloor.items.media import prints, storage, store, work
from watchfloor.items.media.contracts import Print
from watchfloor.items.media.events import MediaReady
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.media.store import Incoming
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

BY = system("test")


def a_hash(number: int = 0) -> str:
    """The 64 digits of a hash that is far from any other number's."""
    return f"{random.Random(number).getrandbits(256):064x}"


def flipped(digits: str, bits: int, seed: int = 1) -> str:
    """A hash that differs in exactly so many bits."""
    value = int(digits, 16)
    for place in random.Random(f"{seed}{digits}").sample(range(256), bits):
        value ^= 1 << place
    return f"{value:064x}"


class Banks(Floor):
    """A floor that also has banks; its index lies in a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        install()
        indexes.forget()
        monkeypatch.setattr(indexes, "home", lambda: folder / "banks-index")
        place = storage.Folder(folder / "media")
        monkeypatch.setattr(store, "storage", lambda: place)

    def bank(self, key: str = "known", **settings: Any) -> Bank:
        values: dict[str, Any] = {
            "name": key.capitalize(),
            "policy_key": "spam",
            "violation_key": "spam.bulk",
            **settings,
        }
        if values.get("negative"):
            values |= {"policy_key": "", "violation_key": ""}
        with writing(BY) as w:
            return actions.create_bank(w, BankIn(key=key, **values))

    def add(self, bank: Bank, *values: str, kind: str = "pdq", **more: Any) -> Added:
        with writing(BY) as w:
            return actions.add_entries(w, bank, [EntryIn(kind=kind, value=value, **more) for value in values])

    def remove(self, bank: Bank, ids: Any, why: str = "wrong") -> int:
        with writing(BY) as w:
            return actions.remove_entries(w, bank, ids, why)

    def medium(
        self, digits: str, *shown_by: tuple[Item, str], quality: int = 95, frames: Any = (), **more: Any
    ) -> Media:
        """A medium that became ready with this fingerprint, shown by these item versions."""
        number = Media.objects.count()
        values = {"sha256": f"{number:064x}", "md5": f"{number:032x}", "kind": "video" if frames else "image", **more}
        with writing(BY) as w:
            media = w.create(Media, state=Media.State.READY, noted_at=clock.now(), **values)
            w.event(MediaReady(renditions=[]), media)
            for _item, version in shown_by:
                self.link(media, version)
            made = [Print(kind="pdq", bits=bytes.fromhex(digits), quality=quality)] if digits else []
            made += [
                Print(kind="frame", bits=bytes.fromhex(each), quality=95, seconds=at) for at, each in enumerate(frames)
            ]
            prints.keep(w, media, made)
        return media

    def stored(self, data: bytes, *shown_by: tuple[Item, str]) -> Media:
        """A picture whose bytes are in the store, opened in the cage, shown by these item versions."""
        file = Incoming(10**9)
        file.write(data)
        file.finish()
        with writing(BY) as w:
            media = media_actions.received(w, file, how="upload", source="test")
        for _item, version in shown_by:
            self.link(media, version)
        while work.decode_due():
            pass
        media.refresh_from_db()
        return media

    def link(self, media: Media, version: str) -> MediaLink:
        return MediaLink.objects.create(item_version=version, field="image", media=media)

    def again(self, media: Media, version: str) -> None:
        """An item version shows a medium that is known."""
        link = self.link(media, version)
        with writing(BY) as w:
            prints.shown_again(w, [link])

    def match(self) -> None:
        """Everything that waits is worked."""
        keying.note_new(10_000)
        while Due.objects.filter(tries__lt=matching.TRIES).exists():
            matching.work()
