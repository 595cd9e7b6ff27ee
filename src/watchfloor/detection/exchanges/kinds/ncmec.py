"""NCMEC's hash sharing (v2): entries of one environment, by member; votes tell it what became of a match."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watchfloor.detection.exchanges.kinds.base import Checkpoint, Field, Kind, NotTold, Page, Update, library
from watchfloor.kernel.errors import BadInput

_KINDS = {("image", "pdq"): "pdq", ("image", "md5"): "md5", ("video", "md5"): "md5"}
_WRONG = ("incorrect", "not csam", "false", "wrong", "misclassified")
_VOTES = {"pdq": "pdq", "md5": "md5"}
ENVIRONMENTS = (
    "Industry", "Industry_Exploitative", "NGO", "Exploitative", "NGO_Generative_AI", "NGO_Generative_AI_Exploitative", "LawEnforcement",
    "test_Industry", "test_Industry_Exploitative", "test_NGO", "test_Exploitative",
)  # fmt: skip


class Ncmec:
    """Entries in windows of time; the library's checkpoint resumes within a window, and lasts twelve hours."""

    def __init__(self, settings: dict[str, Any], secret: dict[str, str]) -> None:
        self._impl, self._hash_api = library("impl.ncmec_api"), library("clients.ncmec.hash_api")
        try:
            environment = self._hash_api.NCMECEnvironment[settings["environment"]]
        except KeyError:
            raise BadInput("unknown_environment", f"NCMEC has no environment {settings.get('environment')!r}.", where="environment",
                           hint=", ".join(ENVIRONMENTS)) from None  # fmt: skip
        only = settings.get("only_esp_ids") or ()
        self._only = {int(each) for each in only}
        config = self._impl.NCMECCollabConfig(name="watchfloor", environment=environment, only_esp_ids=self._only)
        self._user, self._password, self._environment = secret["user"], secret["password"], environment
        self._address = settings.get("address") or ""
        outer = self

        class Api(self._impl.NCMECSignalExchangeAPI):  # type: ignore[name-defined, misc]
            def get_client(self, environment: Any) -> Any:
                return outer.client()

        self._api = Api(config, self._user, self._password)

    def client(self) -> Any:
        """The library's client, at another address when one is set."""
        made = self._hash_api.NCMECHashAPI(self._user, self._password, self._environment)
        if self._address:
            made._base_url = self._address.rstrip("/")
        return made

    def pages(self, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """A page of NCMEC's is one of ours; times of entries are in no order, so only the library's own checkpoint is safe."""
        since = None
        if checkpoint:
            paging = checkpoint.get("paging")
            info = self._impl._NCMECPagingInfo(**paging) if paging else None
            since = self._impl.NCMECCheckpoint(int(checkpoint["max_ts"]), info if info and info.is_valid else None)
        for delta in self._api.fetch_iter([], since):
            updates, gone = [], []
            for key, entry in delta.updates.items():
                if entry.deleted:
                    gone.append(key)
                elif not self._only or entry.member_id in self._only:
                    updates.append(_update(key, entry))
            info = delta.checkpoint.paging_info
            yield Page(
                updates=tuple(updates), gone=tuple(gone),
                checkpoint={
                    "max_ts": delta.checkpoint.get_entries_max_ts,
                    "paging": {"paging_url": info.paging_url, "paging_end_ts": info.paging_end_ts, "paging_url_ts": info.paging_url_ts}
                    if info is not None else None,
                },
            )  # fmt: skip

    def tell(self, kind: str, value: str, ours: dict[str, Any], *, confirmed: bool) -> None:
        """A vote on the entry's fingerprint; a vote against needs a reason of NCMEC's that says it is wrong."""
        if kind not in _VOTES:
            raise NotTold("no_vote", f"NCMEC takes no vote on a {kind}.")
        client = self.client()
        votes = self._hash_api.FeedbackType
        fingerprint = self._hash_api.FingerprintType[_VOTES[kind]]
        reason = None if confirmed else self._reason(client, fingerprint)
        client.submit_feedback(
            int(ours["member"]), str(ours["entry"]), fingerprint, votes.upvote if confirmed else votes.downvote, reason
        )

    def _reason(self, client: Any, fingerprint: Any) -> str:
        reasons: dict[str, str] = client.feedback_reasons(fingerprint)
        wanted = [guid for guid, name in reasons.items() if any(word in name.casefold() for word in _WRONG)]
        if not wanted and len(reasons) != 1:
            raise NotTold(
                "no_reason",
                f"NCMEC offers {len(reasons)} reasons for a vote against, and none of them says that it is wrong.",
            )
        return (wanted or list(reasons))[0]


def _update(key: str, entry: Any) -> Update:
    signals = [
        (kind, str(value))
        for name, value in entry.fingerprints.items()
        if (kind := _KINDS.get((entry.entry_type.value, name.lower()))) is not None
    ]
    tags = (entry.classification,) if entry.classification else ()
    opinions: list[dict[str, Any]] = [{"member": str(entry.member_id), "says": "positive", "tags": list(tags)}]
    for votes in entry.feedback.values():
        for vote in votes:
            says = "positive" if vote.feedback_type.value == "upvote" else "negative"
            opinions.append(
                {"member": str(vote.member.esp_id), "says": says, "tags": [vote.reason] if vote.reason else []}
            )
    return Update(
        key=key, ref=f"member {entry.member_id}, {entry.id}", signals=tuple(signals), tags=tags, opinions=tuple(opinions),
        ours={"member": entry.member_id, "entry": entry.id},
    )  # fmt: skip


KIND = Kind(
    key="ncmec",
    name="NCMEC hash sharing",
    about="Hashes of child sexual abuse material that members report to NCMEC. Put it into a bank that needs the clearance.",
    settings=(
        Field(
            name="environment",
            label="Environment",
            help="Which database, by who you are.",
            type="enum",
            required=True,
            choices=ENVIRONMENTS,
        ),
        Field(
            name="only_esp_ids",
            label="Only these members",
            help="Numbers of members with commas; none: all.",
            type="set_of_number",
        ),
        Field(name="address", label="Other address", help="Only to try it on a server of one's own."),
    ),
    secrets=(
        Field(name="user", label="User name", required=True),
        Field(name="password", label="Password", required=True),
    ),
    open=Ncmec,
    feedback=True,
    restricted=True,
)
