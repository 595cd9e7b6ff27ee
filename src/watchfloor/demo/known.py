"""The demo's media banks: drawn pictures that are known, copies of them that come in, what people said of the matches, and one flood.

All of it is simulated and says so. Copies go the way of all media (taken in, opened in the sandbox, matched), a few seconds each of
the fortnight's last hours; without the extra ``media`` there are none.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import msgspec

from watchfloor.demo import pictures
from watchfloor.demo.pictures import Row, Sample
from watchfloor.demo.replay import Replay
from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import World
from watchfloor.detection.banks import actions, learning, matching
from watchfloor.detection.banks.contracts import BankIn, EntryIn
from watchfloor.detection.banks.models import Match
from watchfloor.engines.matching import hash_variants
from watchfloor.engines.matching.pdq import VARIANTS
from watchfloor.intake.rows import EVENT
from watchfloor.items import keying
from watchfloor.items.media import decoding
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import writing

HOURS = 5  # before the fortnight's end
WHY = "Simulated: part of Parley's banks"
ADVERT, CLIP, SONG, LOGO = (101, 102, 103), 110, 120, 130  # numbers of drawings
FLOOD_LIMIT, FLOODED = 5, 7
LEFT = 2  # of the decided matches, the newest: for whoever opens the page
BANKS: tuple[tuple[BankIn, str, tuple[int, ...]], ...] = (
    (BankIn(key="scam-adverts", name="Scam adverts (simulated)", policy_key="scam", violation_key="scam.fake-shop", action="decide",
            purpose="Pictures of shops that never deliver. A match is decided without anybody looking.", owner="Scam desk",
            sample=0.5), "scam", ADVERT),
    (BankIn(key="graphic-known", name="Known graphic pictures (simulated)", policy_key="violence",
            violation_key="violence.graphic", action="queue",
            purpose="Seen before, judged each time: what surrounds them decides.", owner="Escalations"), "graphic", (CLIP,)),
    (BankIn(key="partner-feed", name="A partner's feed (simulated)", policy_key="spam", action="queue",
            purpose="Hashes another platform shared. New, so its limit is low.", owner="Spam desk",
            flood_limit=FLOOD_LIMIT), "spam", (SONG,)),
    (BankIn(key="house-style", name="Parley's own pictures (simulated)", negative=True, owner="Brand",
            purpose="Known to be good: a match that is no nearer than one of these is dropped."), "none", (LOGO,)),
)  # fmt: skip
# Which drawing is copied, and how: share of its size, JPEG quality, mirrored.
COPIES: tuple[tuple[int, float, int, bool], ...] = (
    (101, 1.0, 80, False), (102, 0.7, 60, False), (101, 0.5, 40, False), (110, 0.8, 50, False), (101, 1.0, 30, True),
    (103, 0.4, 30, False), (102, 0.9, 70, False), (101, 0.6, 35, False), (110, 0.6, 40, False), (103, 1.0, 90, False),
)  # fmt: skip


class Copy(msgspec.Struct, frozen=True):
    """A drawing that comes in again."""

    number: int
    data: bytes
    items: int = 1


def play(scenario: Scenario, people: World, replay: Replay) -> None:
    """Begin the banks, let the copies in, and have some matches judged. Nothing without the extra."""
    if not decoding.available("image"):
        return
    begins = scenario.end - timedelta(hours=HOURS)
    lead = people.roles["escalation_lead"]
    with clock.at(begins), writing(lead, reason=WHY) as w:
        for settings, reason, numbers in BANKS:
            bank = actions.create_bank(w, settings, why=WHY)
            actions.add_entries(w, bank, [_entry(number, reason) for number in numbers])
    replay.also(_rows(scenario, begins))
    _judge(scenario, people)


def _rows(scenario: Scenario, begins: datetime) -> Iterator[Row]:
    """Posts that show the copies, in order of time; each is matched before the next one comes."""
    chance = random.Random(f"{scenario.seed}:known")
    accounts = sorted(key for key, account in scenario.accounts.items() if not account.campaign)
    copies = [Copy(number, _copied(number, share, quality, turn)) for number, share, quality, turn in COPIES]
    copies.append(Copy(SONG, _copied(SONG, 1.0, 70, False), FLOODED))
    step = timedelta(hours=HOURS) / (len(copies) + 1)
    for place, copy in enumerate(copies, start=1):
        moment = begins + step * place
        with clock.at(moment):
            receipt = pictures.take_in(copy.data)
            pictures.open_all()
        for turn in range(copy.items):
            account = scenario.accounts[chance.choice(accounts)]
            name = f"known-{place}-{turn}"
            yield EVENT, name, _post(name, copy, receipt, account, moment), moment
        with clock.at(moment + timedelta(seconds=5)):
            keying.note_new(1_000)
            while matching.work():
                pass


def _judge(scenario: Scenario, people: World) -> None:
    """The lead looks at what was decided unseen: right, but for the farthest, which therefore falls with all it did. Two are left."""
    lead = people.roles["escalation_lead"]
    with clock.at(scenario.end - timedelta(minutes=10)):
        decided = list(Match.objects.filter(did="decided").order_by("-at", "-pk")[LEFT:])
        for match in decided:
            right = match.distance < max(each.distance for each in decided)
            with contextlib.suppress(Conflict):  # a later decision stands
                learning.check(
                    lead, match.pk, right=right, why="" if right else "This shop has delivered since (simulated)"
                )


def _entry(number: int, reason: str) -> EntryIn:
    found = hash_variants(pictures.still(sample(number, reason)))
    whole = found[VARIANTS[0]]
    turned = tuple(found[name].hex for name in VARIANTS[1:])
    return EntryIn(kind="pdq", value=whole.hex, quality=whole.quality, turned=turned, evidence="drawn for the demo")


def sample(number: int, reason: str) -> Sample:
    """One drawing of the banks."""
    severity = {"graphic": 4, "scam": 3}.get(reason, 1)
    return Sample(number, reason, severity, "image")


def _copied(number: int, share: float, quality: int, mirrored: bool) -> bytes:
    """The drawing as it comes in again: smaller, saved worse, mirrored."""
    from PIL import ImageOps

    reason = next(reason for _, reason, numbers in BANKS if number in numbers)
    width, height = pictures.SIZE
    image: Any = pictures.drawn(sample(number, reason), pictures.SIZE, 0.3)
    image = image.resize((round(width * share), round(height * share)))
    out = BytesIO()
    (ImageOps.mirror(image) if mirrored else image).save(out, "JPEG", quality=quality)
    return out.getvalue()


def _post(name: str, copy: Copy, receipt: str, account: Any, moment: datetime) -> dict[str, Any]:
    """As Parley's back end would send it."""
    data = {
        "author_id": account.id, "created_at": moment.isoformat(), "caption": f"Picture {copy.number} again (simulated)",
        "image": receipt, "alt_text": "Coloured shapes and words that say which severity this stands for",
    }  # fmt: skip
    return {
        "name": "image_posted",
        "at": moment.isoformat(),
        "item": {"type": "image", "id": name, "data": data},
        "data": {"surface": "feed"},
        "market": account.market,
        "language": account.language,
    }
