"""What ten thousand restrictions add to a verdict: reading an event and asking all of them, against trying each by itself.

    python -m benchmarks restrictions

Input: 10,000 restrictions (networks of five lengths, operators, mailboxes, patterns, fingerprints, devices, in equal parts; 50 patterns
with an open domain) and 20,000 events with address, operator, mailbox, fingerprint and device, of which about one in eight is hit. Reading
the event and sealing its device count; writing the hit does not (another thread does it). Reputation and age ask the database once in five
seconds for each account, which is not in this figure. Processor time; trust the ratio.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from datetime import UTC, datetime
from ipaddress import ip_address

from watchfloor.detection.reputation.domain import effects, subjects
from watchfloor.detection.reputation.domain.matching import Matcher, Row
from watchfloor.detection.reputation.domain.traits import Known, Traits
from watchfloor.items.domain import Field

RESTRICTIONS, EVENTS, ALONE = 10_000, 20_000, 20
NOW = datetime(2026, 3, 2, tzinfo=UTC)
FIELDS = [Field(name="text", role="text"), Field(name="client_ip", role="ip"), Field(name="device_id", role="deviceId")]


def seal(value: str) -> str:
    """As devices are sealed: one HMAC."""
    return hmac.new(b"key", value.encode(), hashlib.sha256).hexdigest()[:16]


def main() -> None:
    """Print the figures."""
    rng = random.Random(7)
    rows = [restriction(number, rng) for number in range(RESTRICTIONS)]
    events = [event(rng) for _ in range(EVENTS)]
    begin = time.process_time()
    matcher = Matcher(rows)
    made = time.process_time() - begin
    hit, times = 0, []
    for each in events:
        begin = time.thread_time()
        found = matcher.match(traits(each), NOW)
        times.append(time.thread_time() - begin)
        hit += bool(found)
    times.sort()
    singles = [Matcher([row]) for row in rows]
    begin = time.process_time()
    equal = 0
    for each in events[:ALONE]:
        told = traits(each)
        by_itself = {row.id for single in singles for row in single.match(told, NOW)}
        equal += by_itself == {row.id for row in matcher.match(told, NOW)}
    alone = (time.process_time() - begin) / ALONE
    mean = sum(times) / len(times)
    print(f"{RESTRICTIONS:,} restrictions made ready in {made * 1e3:.0f} ms; {EVENTS:,} events, {hit / EVENTS:.1%} hit")
    median, slow = times[len(times) // 2], times[int(len(times) * 0.99)]
    print(f"at once: mean {mean * 1e6:.1f} us, median {median * 1e6:.1f}, 99 % below {slow * 1e6:.1f}")
    print(f"each by itself: {alone * 1e6:,.0f} us (x{alone / mean:,.0f}); the same found in {equal} of {ALONE}")


def restriction(number: int, rng: random.Random) -> Row:
    """One of them."""
    kind = ("ip", "asn", "email", "pattern", "ja4", "device")[number % 6]
    value = {
        "ip": f"{ip_address(rng.getrandbits(32))}/{rng.choice((16, 20, 24, 28, 32))}", "asn": f"AS{rng.randrange(1, 60_000)}",
        "email": f"user{rng.randrange(10**6)}@mail{rng.randrange(500)}.example",
        "pattern": f"promo{number}*@*.example" if number < 300 else f"promo{number}*@mail{rng.randrange(500)}.example",
        "ja4": f"t13d1516h2_{rng.getrandbits(48):012x}", "device": seal(f"d{rng.randrange(100_000)}"),
    }[kind]  # fmt: skip
    subject = "email" if kind == "pattern" else kind
    return Row(
        id=str(number),
        subject=subject,
        value=subjects.normal(subject, value),
        actions=frozenset(effects.ACTIONS),
        effect="deny",
    )


def event(rng: random.Random) -> dict[str, object]:
    """What a platform tells of one."""
    return {
        "ip": str(ip_address(rng.getrandbits(32))), "asn": rng.randrange(1, 60_000), "device_id": f"d{rng.randrange(100_000)}",
        "email": f"User.{rng.randrange(10**6)}@mail{rng.randrange(500)}.example", "ja4": f"t13d1516h2_{rng.getrandbits(48):012x}_{0:012x}",
    }  # fmt: skip


def traits(told: dict[str, object]) -> Traits:
    """As restrictions read it."""
    return Traits(
        name="post_created", item_type="post", kind="content", fields=FIELDS, data={"text": "see https://x.example"}, event=told,
        account=("account", "a"), known=Known, seal=seal,
    )  # fmt: skip


if __name__ == "__main__":
    main()
