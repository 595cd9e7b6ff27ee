"""Meta's ThreatExchange: one privacy group's indicators, with every member's opinion; reactions tell it what became of a match."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from watchfloor.detection.exchanges.kinds.base import (
    Checkpoint,
    Field,
    Kind,
    NotTold,
    Page,
    Update,
    library,
    plain_tags,
)

_TYPES = {
    "HASH_PDQ": "pdq", "HASH_VIDEO_MD5": "md5", "HASH_MD5": "md5", "HASH_SHA256": "sha256", "TEXT_STRING": "text", "URI": "url",
    "RAW_URI": "url",
}  # fmt: skip
_SAYS = {0: "negative", 1: "lead", 2: "positive"}
_SECONDS = 60


class ThreatExchange:
    """``threat_updates`` of a privacy group, in the order of their last update."""

    def __init__(self, settings: dict[str, Any], secret: dict[str, str]) -> None:
        impl = library("impl.fb_threatexchange_api")
        client = _client()(secret["api_token"], endpoint_override=settings.get("address") or None)
        config = impl.FBThreatExchangeCollabConfig(name="watchfloor", privacy_group=int(settings["privacy_group"]))
        self._impl, self._client = impl, client
        self._api = impl.FBThreatExchangeSignalExchangeAPI(client, config)

    def pages(self, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Updates come by time, so each page's checkpoint is safe to go on from (its second is read again)."""
        since = None
        if checkpoint:
            since = self._impl.FBThreatExchangeCheckpoint(int(checkpoint["update_time"]))
        for delta in self._api.fetch_iter([], since):
            updates, gone = [], []
            for (type_name, indicator), record in delta.updates.items():
                key = f"{type_name}|{indicator}"
                if record is None:
                    gone.append(key)
                    continue
                kind = _TYPES.get(type_name)
                opinions = [
                    {
                        "member": str(each.owner_app_id),
                        "says": _SAYS[int(each.category)],
                        "tags": list(plain_tags(each.tags)),
                    }
                    for each in record.opinions
                ]
                descriptors = [each.descriptor_id for each in record.opinions if (each.descriptor_id or -1) > 0]
                updates.append(
                    Update(
                        key=key, ref=f"{type_name} {indicator[:100]}", signals=((kind, indicator),) if kind else (),
                        tags=plain_tags({tag for each in record.opinions for tag in each.tags}), opinions=tuple(opinions),
                        ours={"descriptors": descriptors[:20]},
                    )
                )  # fmt: skip
            yield Page(
                updates=tuple(updates), gone=tuple(gone),
                checkpoint={"update_time": delta.checkpoint.update_time, "read_at": int(time.time())},
            )  # fmt: skip

    def tell(self, kind: str, value: str, ours: dict[str, Any], *, confirmed: bool) -> None:
        """A reaction to each descriptor of the indicator: HELPFUL, or NOT_HELPFUL."""
        if not ours.get("descriptors"):
            raise NotTold("nothing_to_name", "ThreatExchange names no descriptor of this entry to react to.")
        for descriptor in ours["descriptors"]:
            react = (
                self._client.react_upvote_threat_descriptor
                if confirmed
                else self._client.react_downvote_threat_descriptor
            )
            answer = react(descriptor)[2]
            if not isinstance(answer, dict) or "error" in answer or answer.get("success") is False:
                raise NotTold("refused", "ThreatExchange refused the reaction.")


def _client() -> Any:
    """The library's client, whose reads would otherwise wait for ever and go on without their retries."""
    api = library("clients.fb_threatexchange.api")

    class Client(api.ThreatExchangeAPI):  # type: ignore[name-defined, misc]
        def get_json_from_url(self, url: str, params: Any = None, *, json_obj_hook: Any = None) -> Any:
            with self._get_session() as session:
                answer = session.get(url, params=params or {}, timeout=_SECONDS)
                answer.raise_for_status()
                return answer.json(object_hook=json_obj_hook)

    return Client


KIND = Kind(
    key="fb_threatexchange",
    name="Meta ThreatExchange",
    about="Indicators that the members of a privacy group share on Meta's ThreatExchange, with each member's opinion and tags.",
    settings=(
        Field(name="privacy_group", label="Privacy group", help="Its number.", type="number", required=True),
        Field(name="address", label="Other address", help="Only to try it on a server of one's own."),
    ),
    secrets=(
        Field(name="api_token", label="App token", help="The app's number, a bar, and its secret.", required=True),
    ),
    open=ThreatExchange,
    stale_days=85,  # deletions are told for 90 days
    feedback=True,
)
