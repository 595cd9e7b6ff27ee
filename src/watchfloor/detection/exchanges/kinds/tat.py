"""Tech Against Terrorism's hash list: terrorist content verified by its analysts. It takes no feedback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchfloor.detection.exchanges.kinds.base import Checkpoint, Field, Kind, NotTold, Page, Update, library

_KINDS = {"PDQ": "pdq", "MD5": "md5", "SHA256": "sha256"}


class HashList:
    """The list in the order of its changes; each page's checkpoint names its last record."""

    def __init__(self, settings: dict[str, Any], secret: dict[str, str]) -> None:
        self._api = library("clients.techagainstterrorism.api").TATHashListAPI(secret["username"], secret["password"])
        if settings.get("address"):
            self._api.BASE_URL = str(settings["address"]).rstrip("/") + "/"

    def pages(self, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Each page is asked for by the checkpoint of the one before, so a page can be the first of the next reading."""
        after = str(checkpoint["checkpoint"]) if checkpoint else ""
        while True:
            answer = self._api.fetch_hashes(after=after)
            updates, gone = [], []
            for each in answer.results:
                key = f"{each.algorithm}|{each.hash_digest}"
                if each.deleted:
                    gone.append(key)
                    continue
                kind = _KINDS.get(each.algorithm)
                tags = tuple(
                    str(tag) for tag in (getattr(each.ideology, "value", each.ideology), each.file_type) if tag
                )
                updates.append(
                    Update(
                        key=key, ref=f"record {each.id}", signals=((kind, each.hash_digest),) if kind else (), tags=tags,
                        opinions=({"member": "Tech Against Terrorism", "says": "positive", "tags": list(tags)},), ours={"id": each.id},
                    )
                )  # fmt: skip
            moved = bool(answer.checkpoint) and answer.checkpoint != after
            after = answer.checkpoint or after
            yield Page(updates=tuple(updates), gone=tuple(gone), checkpoint={"checkpoint": after} if after else None)
            if not answer.next or not moved:
                return

    def tell(self, kind: str, value: str, ours: dict[str, Any], *, confirmed: bool) -> None:
        """There is nowhere to tell it."""
        raise NotTold("no_feedback", "Tech Against Terrorism's list takes no feedback.")


KIND = Kind(
    key="techagainstterrorism",
    name="Tech Against Terrorism",
    about="The hash list of terrorist content that Tech Against Terrorism's analysts verified.",
    settings=(Field(name="address", label="Other address", help="Only to try it on a server of one's own."),),
    secrets=(
        Field(name="username", label="User name", required=True),
        Field(name="password", label="Password", required=True),
    ),
    open=HashList,
)
