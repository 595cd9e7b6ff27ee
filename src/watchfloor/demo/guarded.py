"""What the demo floor holds back and whom it protects: a network that spam came from, new accounts' links, names that others pass for.

Names and accounts are simulated and say so; the network is the one from which most of the messages that are spam were relayed.
"""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address, ip_network

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.steps import MessagePosted
from watchfloor.demo.world import World
from watchfloor.detection.likeness import register
from watchfloor.detection.reputation import actions
from watchfloor.detection.reputation.contracts import RestrictionIn
from watchfloor.identity.domain import system
from watchfloor.items import keying
from watchfloor.items.actions import see
from watchfloor.items.contracts import ItemSeen
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

NAMES = (
    ("Parley Support (simulated)", "staff", ("parleysupport",)), ("Nora Quillfeather (simulated)", "person", ("noraquillfeather",)),
    ("Halden Savings Bank (simulated)", "organisation", ("haldensavings",)),
)  # fmt: skip
IMPOSTORS = (
    ("sim-i-1", "Nora Quiilfeather", "nora_quillfeather_official"),
    ("sim-i-2", "Par1ey Support", "parley.support"),
)


def before(scenario: Scenario, world: World) -> None:
    """In force before the fortnight begins, so that it hits what comes in."""
    lead = world.roles["escalation_lead"]
    networks: Counter[str] = Counter()
    for step in scenario.steps:
        if isinstance(step, MessagePosted) and step.truth.policy == "spam" and (found := _network(step.relay_ip)):
            networks[found] += 1
    wanted = [
        RestrictionIn(subject="ip", value=value, actions=("message",), effect="challenge", owner="Abuse desk (simulated)",
                      reason="[Simulated] Much spam was relayed from this network.")
        for value, _count in networks.most_common(1)
    ]  # fmt: skip
    wanted.append(
        RestrictionIn(subject="disposable", value="disposable_domains", actions=("sign_up",), effect="challenge",
                      owner="Abuse desk (simulated)", reason="[Simulated] Accounts made with throw-away addresses.")
    )  # fmt: skip
    with writing(lead) as w:
        for each in wanted:
            actions.save(w, each)
        for name, kind, handles in NAMES:
            register.protect(
                w,
                register.NameIn(
                    name=name, kind=kind, handles=handles, evidence="[Simulated] Nobody is called so.", verified=True
                ),
            )


def after() -> None:
    """Two accounts that would be taken for somebody; each opens a case."""
    with writing(system("demo")) as w:
        for name, shown, handle in IMPOSTORS:
            data = {
                "display_name": shown,
                "handle": handle,
                "bio": "[Simulated] This account is nobody's.",
                "verified": False,
            }
            see(w, ItemSeen(type="account", id=name, data=data, seen_at=clock.now(), market="US", language="en"))
    while keying.note_new():
        pass


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, 24), strict=False)) if found.version == 4 and found.is_global else ""
