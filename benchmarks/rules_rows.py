# ruff: noqa: E501 - made-up events read better unbroken
"""How many events a second the rule engine takes on one core, whole outcomes and fired rules only.

    python benchmarks/rules_rows.py [--events 20000] [--rounds 5]

Input: 40 rules, 15 regular expressions, nested JSON of about 930 bytes an event, one event in six abusive, from a fixed seed.
Rounds of all engines alternate in one process and CPU time is taken, so that ratios hold on a busy machine.

Where Osprey can be imported, it runs the same rules on the same events beside ours, and its features must equal ours. Nothing of
it is replaced, and its tracing is off. To repeat it: in a virtual environment of its own, beside Watchfloor's dependencies
(``google-re2`` among them), install what Osprey 1.1's ``osprey_worker`` names, with ``tink[gcpkms]`` and ``pydantic<2``; then

    DD_TRACE_ENABLED=false PYTHONPATH=src:.:OSPREY/osprey_worker/src:OSPREY/osprey_rpc/src \\
        python -m benchmarks.rules_rows --events 16000 --rounds 3
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from watchfloor.engines import sml

EVENTS_SEED = 7

_REGEXES = [
    ("Pharmacy", r"viagra|cialis|levitra", True),
    ("Casino", r"\b(casino|jackpot|free spins)\b", True),
    ("Crypto", r"(double|triple) your (btc|eth|bitcoin)", True),
    ("Telegram", r"t\.me/[a-z0-9_]{5,}", True),
    ("Whatsapp", r"whats\s?app\s*(me|:)?\s*\+?\d{7,}", True),
    ("Seo", r"\b(backlinks?|page rank)\b", True),
    ("Loan", r"instant (loan|credit) approv", True),
    ("Adult", r"\b(hot singles|webcam girls?)\b", True),
    ("Giveaway", r"claim (your|ur) (prize|gift)", True),
    ("Phish", r"verify your (account|identity) (now|immediately)", True),
    ("Follow", r"follow\s?(4|for)\s?follow", True),
    ("Replica", r"replica (rolex|watches|bags)", True),
    ("Job", r"earn \$\d{3,5} (a|per) (day|week)", True),
    ("Shout", r"[A-Z]{12,}", False),
    ("Zalgo", r"[\u0300-\u036f]{3,}", False),
]
_DOMAINS = [f"bad{i}.example" for i in range(25)]
_CLIENTS = [f"bot-{i}" for i in range(10)]

_FIELDS = """
UserId: Entity[str] = EntityJson(type='User', path='$.user.id')
UserName: str = JsonData(path='$.user.name')
Email: str = JsonData(path='$.user.email')
EmailVerified: bool = JsonData(path='$.user.email_verified')
AgeDays: float = JsonData(path='$.user.account.age_days')
Followers: int = JsonData(path='$.user.account.followers')
Following: int = JsonData(path='$.user.account.following')
Posts: int = JsonData(path='$.user.account.posts')
Strikes: int = JsonData(path='$.user.account.strikes')
Country: str = JsonData(path='$.user.account.country')
Bio: Optional[str] = JsonData(path='$.user.bio', required=False)
Text: str = JsonData(path='$.post.text')
Lang: str = JsonData(path='$.post.lang')
ReplyTo: Optional[str] = JsonData(path='$.post.reply_to', required=False)
LinkCount: int = JsonData(path='$.post.links.count')
PostDomain: str = JsonData(path='$.post.links.domain')
MentionCount: int = JsonData(path='$.post.mentions')
HashtagCount: int = JsonData(path='$.post.hashtags')
MediaCount: int = JsonData(path='$.post.media.count')
MediaHash: Optional[str] = JsonData(path='$.post.media.hash', required=False)
Ip: str = JsonData(path='$.client.ip')
Asn: int = JsonData(path='$.client.asn')
ClientApp: str = JsonData(path='$.client.app')
ClientVersion: str = JsonData(path='$.client.version')
Hosting: bool = JsonData(path='$.client.hosting')
Rate: float = JsonData(path='$.client.requests_per_minute')
Action = GetActionName()
TextLength = StringLength(s=Text)
Ratio = Following / (Followers + 1)
IsNew = AgeDays < 1.0
"""

_PLAIN_RULES = [
    ("NewAndLinks", ["IsNew", "LinkCount > 2"]),
    ("BadDomain", [f"PostDomain in {_DOMAINS!r}"]),
    ("BotClient", [f"ClientApp in {_CLIENTS!r}"]),
    ("MassFollow", ["Ratio > 50.0", "Following > 500"]),
    ("HashtagStuffing", ["HashtagCount >= 12"]),
    ("MentionStorm", ["MentionCount >= 10", "AgeDays < 30.0"]),
    ("HostedNew", ["Hosting", "IsNew"]),
    ("FastClient", ["Rate > 120.0"]),
    ("Unverified", ["not EmailVerified", "LinkCount > 0", "Posts < 5"]),
    ("Striker", ["Strikes >= 3"]),
    ("LongText", ["TextLength > 450"]),
    ("ShortLink", ["TextLength < 20", "LinkCount >= 1"]),
    ("OldClient", ["StringStartsWith(s=ClientVersion, start='0.')"]),
    ("Throwaway", ["StringEndsWith(s=Email, end='@mailinator.example')"]),
    ("NoBio", ["Bio == None", "IsNew", "Followers == 0"]),
    ("ReplySpam", ["ReplyTo != None", "LinkCount > 1"]),
    ("KnownMedia", ["MediaHash == 'f00dbabe'"]),
    ("BadAsn", ["Asn in [64500, 64501, 64502]"]),
    ("LangMismatch", ["Lang != 'en'", "Country == 'US'", "IsNew"]),
    ("SilentMedia", ["MediaCount > 3", "TextLength == 0"]),
    ("PostOnly", ["Action == 'create_post'", "Posts > 5000"]),
    ("NameSpam", ["StringStartsWith(s=UserName, start='promo')"]),
    ("Burst", ["Rate > 60.0", "IsNew or Strikes > 0"]),
    ("LowTrust", ["(AgeDays < 7.0 and Followers < 3) or Strikes > 5", "LinkCount > 0"]),
    ("IpTest", ["StringStartsWith(s=Ip, start='203.0.113.')"]),
]


def rules() -> str:
    """The 40 rules, as one file that Osprey reads too."""
    parts = [_FIELDS]
    names = []
    for name, conditions in _PLAIN_RULES:
        names.append(name)
        parts.append(f"{name} = Rule(when_all=[{', '.join(conditions)}], description='{name}')")
    for name, pattern, insensitive in _REGEXES:
        names.append(f"Re{name}")
        extra = ", AgeDays < 400.0" if len(names) % 2 else ""
        parts.append(
            f"Re{name} = Rule(when_all=[RegexMatch(target=Text, pattern={pattern!r}, case_insensitive={insensitive}){extra}], "
            f"description=f'{name} by {{UserId}}')"
        )
    assert len(names) == 40
    for number, verdict in enumerate(("reject", "review", "limit", "watch")):
        chosen = ", ".join(names[number::4])
        parts.append(f"WhenRules(rules_any=[{chosen}], then=[DeclareVerdict(verdict='{verdict}')])")
    return "\n".join(parts)


def make_events(count: int) -> list[bytes]:
    """Events as JSON lines in Osprey's shape."""
    rng = random.Random(EVENTS_SEED)
    words = [
        "the",
        "weather",
        "today",
        "seems",
        "nice",
        "and",
        "we",
        "went",
        "for",
        "walk",
        "by",
        "river",
        "then",
        "had",
        "some",
        "lunch",
        "with",
        "friends",
        "from",
        "work",
        "who",
        "told",
        "us",
        "about",
        "their",
        "new",
        "garden",
        "project",
        "which",
        "looks",
        "great",
        "already",
        "although",
        "it",
        "takes",
        "plenty",
        "of",
        "time",
        "every",
        "single",
        "weekend",
    ]
    bad = [
        "buy VIAGRA cheap", "play at our Casino now", "double your bitcoin", "join t.me/quickcash", "WhatsApp me +4915112345678",
        "get backlinks", "instant loan approved", "hot singles near you", "claim your prize", "verify your account now",
        "follow4follow", "replica rolex", "earn $5000 per week", "AAAAAAAAAAAAAAAA",
    ]  # fmt: skip
    start = datetime(2026, 3, 1, tzinfo=UTC)
    lines = []
    for number in range(count):
        abusive = rng.random() < 0.16
        text = " ".join(rng.choice(words) for _ in range(rng.randint(20, 60)))
        if abusive:
            text += " " + rng.choice(bad)
        data = {
            "user": {
                "id": f"u{rng.randrange(50_000)}", "name": ("promo" if abusive and rng.random() < 0.2 else "user") + str(number),
                "email": f"person{number}@{'mailinator' if abusive and rng.random() < 0.3 else 'mail'}.example",
                "email_verified": rng.random() < 0.8,
                "account": {
                    "age_days": round(rng.expovariate(1 / (2 if abusive else 400)), 2), "followers": int(rng.expovariate(1 / 80)),
                    "following": int(rng.expovariate(1 / 150)), "posts": int(rng.expovariate(1 / 300)),
                    "strikes": rng.choice((0, 0, 0, 0, 1, 3)) if abusive else 0, "country": rng.choice(("US", "DE", "BR", "IN", "JP")),
                },
            },
            "post": {
                "id": f"p{number}", "text": text, "lang": rng.choice(("en", "en", "de", "pt")),
                "links": {"count": rng.choice((0, 0, 1, 3)) if abusive else rng.choice((0, 0, 0, 1)),
                          "domain": rng.choice(_DOMAINS) if abusive and rng.random() < 0.3 else "news.example"},
                "mentions": rng.randrange(15) if abusive else rng.randrange(3), "hashtags": rng.randrange(16) if abusive else rng.randrange(4),
                "media": {"count": rng.choice((0, 0, 1, 2))},
            },
            "client": {
                "ip": f"198.51.100.{rng.randrange(256)}", "asn": rng.choice((64500, 64510, 64511, 64512)),
                "app": rng.choice(_CLIENTS) if abusive and rng.random() < 0.2 else "web", "version": "4.12.1",
                "hosting": abusive and rng.random() < 0.4, "requests_per_minute": round(rng.expovariate(1 / 12), 1),
                "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
            },
        }  # fmt: skip
        if rng.random() < 0.5:
            data["user"]["bio"] = "I like gardens and rivers."
        if rng.random() < 0.3:
            data["post"]["reply_to"] = f"p{rng.randrange(count)}"
        moment = (start + timedelta(seconds=number)).isoformat()
        lines.append(
            json.dumps({"action_id": number, "action_name": "create_post", "timestamp": moment, "data": data}).encode()
        )
    return lines


def osprey_engine(text: str) -> Callable[[bytes], Any] | None:
    """The same rules in Osprey, or None where it cannot be imported."""
    try:
        from gevent.pool import Pool
        from osprey.engine.ast.sources import Sources
        from osprey.engine.ast_validator import validate_sources
        from osprey.engine.ast_validator.validator_registry import ValidatorRegistry
        from osprey.engine.executor.execution_context import Action
        from osprey.engine.executor.execution_graph import compile_execution_graph
        from osprey.engine.executor.executor import execute
        from osprey.engine.executor.udf_execution_helpers import UDFHelpers
        from osprey.engine.udf.registry import UDFRegistry
        from osprey.worker._stdlibplugin.udf_register import register_udfs
        from osprey.worker._stdlibplugin.validator_regsiter import register_ast_validators
    except ImportError:
        return None
    registry = UDFRegistry.with_udfs(*register_udfs())
    # Labels need a configuration file, and these rules use none.
    validators = {found for found in register_ast_validators() if found.__name__ != "ValidateLabels"}
    chosen = ValidatorRegistry.from_validator_classes(validators)
    validated = validate_sources(Sources.from_dict({"main.sml": text}), registry, chosen)
    graph = compile_execution_graph(validated)
    pool = Pool(12)
    return lambda line: execute(graph, UDFHelpers(), Action.from_dict(json.loads(line)), pool)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    text, lines = rules(), make_events(options.events)
    began = time.process_time()
    compiled = sml.compile_rules({"main.sml": text})
    compile_seconds = time.process_time() - began
    decoder = msgspec.json.Decoder(sml.Event)
    decode = decoder.decode
    events = [decode(line) for line in lines]
    engines: dict[str, tuple[Callable[[Any], Any], list[Any]]] = {
        "whole outcome, from JSON": (lambda line: compiled.evaluate(decode(line)), lines),
        "whole outcome, decoded events": (compiled.evaluate, events),
        "fired rules, from JSON": (lambda line: compiled.fired(decode(line)), lines),
        "fired rules, decoded events": (compiled.fired, events),
        "decoding alone": (decode, lines),
        "plain interpreter": (compiled.interpret, events[: max(1, options.events // 40)]),
    }
    rival = osprey_engine(text)
    if rival is not None:
        engines["Osprey, from JSON"] = (rival, lines[: max(1, options.events // 80)])
    rates: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(options.rounds):
        for name, (run, items) in engines.items():
            began = time.process_time()
            for item in items:
                run(item)
            rates[name].append(len(items) / (time.process_time() - began))
    if rival is not None:
        for line in lines[:500]:
            theirs = {
                name: value for name, value in rival(line).extracted_features.items() if not name.startswith("__")
            }
            assert theirs == compiled.evaluate(decode(line)).features, "the two engines differ"
    fired = sum(bool(compiled.fired(event)) for event in events)
    size = sum(map(len, lines)) / len(lines)
    print(
        f"{len(compiled.rules)} rules, {options.events:,} events of {size:.0f} bytes, {fired / len(events):.0%} fire; compiled in {compile_seconds:.2f} s"
    )
    base = (
        statistics.median(rates["Osprey, from JSON"])
        if rival is not None
        else statistics.median(rates["plain interpreter"])
    )
    print(f"{'engine':34} {'events/s':>12} {'x ' + ('Osprey' if rival is not None else 'interpreter'):>14}")
    for name, found in rates.items():
        rate = statistics.median(found)
        print(f"{name:34} {rate:12,.0f} {rate / base:14.1f}")


if __name__ == "__main__":
    main()
