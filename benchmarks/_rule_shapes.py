# ruff: noqa: E501 - chance here makes test rules, not secrets; tables read better unbroken
"""Rule sets and events by chance, from a seed: small ones, each of another shape, that both Osprey and we accept.

A rule set has typed fields (required or not, coerced or not, optional, entities, lists, secrets), derived values, rules
on values and on rules, effects with and without conditions, imports, static and dynamic Require, and experiments.
An event has each field right, missing, null, or of a wrong type.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

LABELS = ("spammer", "trusted", "new")
_TEXTS = (
    "",
    "a",
    "abc",
    "viagra now",
    "VIAGRA",
    "héllo wörld",
    "7",
    "-3",
    "2.5",
    "buy cheap pills",
    "x" * 30,
    "True",
    "one two two",
)
_NAMES = ("create", "update", "remove", "other")
_FIELDS: dict[str, tuple[str, str]] = {
    "S1": ("str", "$.n.s1"),
    "S2": ("str", "$.n.s2"),
    "S3": ("str", "$.deep.er.s3"),
    "I1": ("int", "$.n.i1"),
    "I2": ("int", "$.n.i2"),
    "F1": ("float", "$.n.f1"),
    "B1": ("bool", "$.n.b1"),
    "B2": ("bool", "$.b2"),
    "L1": ("List[str]", "$.n.l1"),
    "L2": ("List[int]", "$.n.l2"),
    "O1": ("Optional[str]", "$.n.o1"),
    "O2": ("Optional[int]", "$.n.o2"),
    "O3": ("Optional[bool]", "$.o3"),
    "Q1": ("Secret[str]", "$.q1"),
}


class Shape:
    """One rule set by chance. ``sources`` is its text, ``functions`` what it calls."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.names: dict[str, list[str]] = {"str": ["S1", "S2", "S3"], "int": ["I1", "I2"], "bool": ["B1", "B2"]}
        self.rules: list[str] = []
        self.sources = self._files()

    # --- expressions, by type ---

    def text(self, depth: int = 2) -> str:
        pick = self.rng.randrange(14) if depth > 0 else self.rng.randrange(3)
        if pick < 2:
            return self.rng.choice(self.names["str"])
        inner = self.text(depth - 1) if depth > 0 else ""
        match pick:
            case 2:
                return repr(self.rng.choice(_TEXTS))
            case 3:
                return f"StringToLower(s={inner})"
            case 4:
                return f"StringReplace(s={inner}, old='a', new='bb')"
            case 5:
                return f"StringSlice(s={inner}, start=1, end=4)"
            case 6:
                return f"ListRead(list=L1, index={self.rng.randrange(3)})"
            case 7:
                return f"ResolveOptional(optional_value=O1, default_value={inner})"
            case 8:
                return f"({inner} + {self.text(depth - 1)})"
            case 9:
                return f"StringStrip(s={inner})"
            case 10:
                return f"StringToUpper(s={inner})"
            case 11:
                return f"StringJoin(s='-', iterable=StringSplit(s={inner}, sep=' '))"
            case 12:
                return f"HashSha1(input={inner})"
            case _:
                return f"Base64Encode(input={inner})"

    def number(self, depth: int = 2) -> str:
        pick = self.rng.randrange(9) if depth > 0 else self.rng.randrange(2)
        match pick:
            case 0:
                return self.rng.choice(self.names["int"])
            case 1:
                return str(self.rng.randrange(0, 9))
            case 2:
                return f"({self.number(depth - 1)} {self.rng.choice(['+', '-', '*', '//', '%', '&', '|', '^'])} {self.number(depth - 1)})"
            case 3:
                return f"(-{self.number(depth - 1)})"
            case 4:
                return f"StringLength(s={self.text(depth - 1)})"
            case 5:
                return "ListLength(list=L1)"
            case 6:
                return f"ResolveOptional(optional_value=O2, default_value={self.number(depth - 1)})"
            case 7:
                return f"CountRegexMatches(target={self.rng.choice(self.names['str'])}, patterns=['a', 'o+', 'v[i1]'])"
            case _:
                return f"({self.number(depth - 1)} << 2)"

    def real(self) -> str:
        return self.rng.choice(
            ["F1", f"({self.number(1)} / {self.number(1)})", f"(F1 * {self.number(0)})", self.number(1)]
        )

    def condition(self, depth: int = 2) -> str:
        pick = self.rng.randrange(17) if depth > 0 else self.rng.randrange(8)
        rng = self.rng
        match pick:
            case 0:
                return rng.choice(self.names["bool"])
            case 1:
                return f"({self.real()} {rng.choice(['<', '<=', '>', '>='])} {self.real()})"
            case 2:
                return f"({self.text(1)} {rng.choice(['==', '!='])} {self.text(1)})"
            case 3:
                return f"({self.number(1)} {rng.choice(['==', '!='])} {self.number(1)})"
            case 4:
                return f"({rng.choice(['O1', 'O2', 'O3', 'S1', 'U'])} {rng.choice(['==', '!='])} None)"
            case 5:
                return f"RegexMatch(target={rng.choice(self.names['str'])}, pattern={rng.choice(['viagra|cheap', '^a', 'o{1,2}', '[0-9]+$'])!r}, case_insensitive={rng.choice(['True', 'False'])})"
            case 6:
                return f"({self.text(1)} {rng.choice(['in', 'not in'])} ['a', 'abc', '7'])"
            case 7:
                return f"({self.text(0)} {rng.choice(['in', 'not in'])} {rng.choice(['L1', 'S2'])})"
            case 8:
                return f"({rng.choice(['O2', 'I1'])} {rng.choice(['in', 'not in'])} {rng.choice(['L2', '[1, 2, 3]'])})"
            case 9:
                return f"({self.condition(depth - 1)} {rng.choice(['and', 'or'])} {self.condition(depth - 1)})"
            case 10:
                return f"(not {self.condition(depth - 1)})"
            case 11:
                return f"(O2 != None and O2 {rng.choice(['>', '<='])} {self.number(0)})"
            case 12:
                return f"(O2 == None or O2 {rng.choice(['>=', '<'])} {self.number(0)})"
            case 13:
                return f"StringStartsWith(s={self.text(1)}, start='a')"
            case 14:
                return f"RegexMatchMap(target=L1, pattern='a', mode={rng.choice(['any', 'all'])!r})"
            case 15:
                return f"(U {rng.choice(['==', '!='])} {self.text(0)})"
            case _:
                return f"({self.condition(depth - 1)} and {self.condition(depth - 1)} and {self.condition(depth - 1)})"

    # --- files ---

    def _field(self, name: str, kind: str, path: str) -> str:
        options = "".join(
            f", {option}={self.rng.choice(['True', 'False'])}"
            for option in ("required", "coerce_type")
            if self.rng.random() < 0.6
        )
        return f"{name}: {kind} = JsonData(path='{path}'{options})"

    def _rule(self, name: str) -> str:
        rng = self.rng
        conditions = [self.condition() for _ in range(rng.randint(1, 3))]
        if self.rules and rng.random() < 0.4:
            other = rng.choice(self.rules)
            conditions.append(
                rng.choice([f"({other} and True)", f"not {other}"])
            )  # Osprey takes no bare rule beside other conditions
        description = rng.choice(["'plain'", "f'{S1} by {U}'", "f'{I1}'", "f'{T1} {N1}'"])
        self.rules.append(name)
        return f"{name} = Rule(when_all=[{', '.join(conditions)}], description={description})"

    def _effects(self) -> str:
        rng = self.rng
        extra = rng.choice(
            [
                "",
                f", apply_if={rng.choice(self.rules)}",
                ", expires_after=TimeDelta(days=2)",
                ", delay_action_by=TimeDelta(hours=1, minutes=5)",
            ]
        )
        made = [
            f"LabelAdd(entity=U, label='{rng.choice(LABELS)}'{extra})",
            f"LabelRemove(entity=V, label='{rng.choice(LABELS)}')",
            f"DeclareVerdict(verdict={rng.choice([repr('reject'), 'S2', 'T1'])})",
        ]
        chosen = rng.sample(made, rng.randint(1, 3))
        rules = rng.sample(self.rules, rng.randint(1, min(3, len(self.rules))))
        return f"WhenRules(rules_any=[{', '.join(rules)}], then=[{', '.join(chosen)}])"

    def _files(self) -> dict[str, str]:
        rng = self.rng
        base = [self._field(name, kind, path) for name, (kind, path) in _FIELDS.items()]
        base += [
            "U: Entity[str] = EntityJson(type='User', path='$.u.id'" + rng.choice(["", ", required=False", ", coerce_type=False"]) + ")",
            "V: Entity[int] = EntityJson(type='Page', path='$.v', required=False)",
            "Kind = GetActionName()",
            "Number = GetActionId()",
            "Limit: int = 5",
            "Words: List[str] = ['a', 'b']",
        ]  # fmt: skip
        main = [
            "Import(rules=['base.sml'])",
            f"T1 = {self.text()}",
            f"N1 = {self.number()}",
            f"C1 = {self.condition()}",
        ]
        self.names["str"].append("T1")
        self.names["int"] += ["N1", "Limit"]
        self.names["bool"].append("C1")
        main.append(f"_local = {self.condition()}")
        main.append(f"UsesLocal = _local {rng.choice(['and', 'or'])} C1")
        main.append(f"Secretive = Q1 {rng.choice(['==', '!='])} {self.text(0)}")
        main.append(f"Real = {self.real()}")
        main += [self._rule(f"R{index}") for index in range(rng.randint(1, 5))]
        if rng.random() < 0.2:
            main.append(
                "Trial = Experiment(entity=U, buckets=['control', 'treated'], bucket_sizes=[30.0, 30.5], version=1, revision=2)"
            )
            main.append(
                f"InTrial = ExperimentWhen(experiment=Trial, control=[{self.condition(1)}], treated=[{self.condition(1)}])"
            )
            main.append("Tried = Rule(when_all=InTrial, description='tried')")
            self.rules.append("Tried")
        main += [self._effects() for _ in range(rng.randint(1, 2))]
        files = {"base.sml": "\n".join(base)}
        if rng.random() < 0.5:
            main.append(f"Require(rule='more.sml', require_if={self.condition(1)})")
            rule = self._rule("More")
            files["more.sml"] = (
                f"Import(rules=['base.sml', 'main.sml'])\n{rule}\nWhenRules(rules_any=[More], then=[DeclareVerdict(verdict='more')])"
            )
        if rng.random() < 0.4:
            main.append("Require(rule=f'kinds/{Kind}.sml')")
            for kind in _NAMES[:3]:
                files[f"kinds/{kind}.sml"] = (
                    f"Import(rules=['base.sml', 'main.sml'])\nOn_{kind} = Rule(when_all=[{self.condition(1)}], description='{kind}')"
                )
        files["main.sml"] = "\n".join(main)
        return files


def events(seed: int, count: int) -> list[dict[str, Any]]:
    """Events in the shape of Osprey's input, with fields right, missing, null and wrong."""
    rng = random.Random(seed)
    start = datetime(2026, 3, 1, tzinfo=UTC)

    def value(kind: str) -> Any:
        if rng.random() < 0.08:
            return rng.choice([None, 3, "4", 2.5, True, "text", ["a"], {"a": 1}, []])
        match kind:
            case "int":
                return rng.randrange(-3, 12)
            case "float":
                return round(rng.uniform(-5, 12), 2)
            case "bool":
                return rng.random() < 0.5
            case "List[str]":
                return [rng.choice(_TEXTS) for _ in range(rng.randrange(4))]
            case "List[int]":
                return [rng.randrange(4) for _ in range(rng.randrange(4))]
            case _:
                return rng.choice(_TEXTS)

    made = []
    for number in range(count):
        data: dict[str, Any] = {"n": {}, "deep": {"er": {}}}
        for kind, path in _FIELDS.values():
            if path == "$.q1" or rng.random() < 0.1:
                continue
            plain = kind.removeprefix("Optional[").rstrip("]") if kind.startswith("Optional") else kind
            place = data
            *steps, last = path.split(".")[1:]
            for step in steps:
                place = place[step]
            if not (kind.startswith("Optional") and rng.random() < 0.3):
                place[last] = value(plain)
        if rng.random() < 0.9:
            data["u"] = {"id": rng.choice(["a", "viagra", "u7", f"u{rng.randrange(1000)}", 12])}
        if rng.random() < 0.7:
            data["v"] = rng.choice([1, 2, "33", "x", None])
        if rng.random() < 0.03:
            data["n"] = rng.choice([None, 3, "text", []])
        made.append(
            {
                "action_id": number + 1, "action_name": rng.choice(_NAMES), "data": data,
                "timestamp": (start + timedelta(seconds=7 * number)).isoformat(), "secret": {"q1": rng.choice(_TEXTS)},
            }
        )  # fmt: skip
    return made


CALLS = r"""
L1 = StringLength(s='naïve')
L2 = StringToLower(s='ABC Ä')
L3 = StringToUpper(s='straße')
L4 = StringStartsWith(s='watchfloor', start='watch')
L5 = StringEndsWith(s='watchfloor', end='door')
L6 = StringStrip(s='  both  ')
L7 = StringStrip(s='xxbothxx', chars='x')
L8 = StringLStrip(s='  left  ')
L9 = StringRStrip(s='  right  ')
L10 = StringReplace(s='a-b-c', old='-', new='+')
L11 = StringJoin(s=', ', iterable=['one', 'two'])
L12 = StringSlice(s='watchfloor', start=2, end=5)
L13 = StringSplit(s='a b  c')
L14 = StringSplit(s='a,b,c', sep=',')
L15 = StringSplit(s='a,b,c', sep=',', maxsplit=1)
L16 = StringClean(s='ＦＵＬＬ  width', lower=True)
L17 = StringClean(s='h3llo |2', l33t=True)
L18 = StringClean(s='a b.c!', remove_space=True, remove_punctuation=True)
L19 = StringClean(s='𝓯𝓻𝓮𝓮 stuff')
L20 = StringExtractURLs(s='see https://one.example.com/path and')
L21 = StringExtractDomains(s='see https://one.example.com:8080/path and')
L22 = Base64Encode(input='hello, wörld')
L23 = Base64Decode(input='aGVsbG8=')
L24 = Base64Decode(input='***')
L25 = HashMd5(input='abc')
L26 = HashSha1(input='abc')
L27 = HashSha256(input='abc')
L28 = HashSha512(input='abc')
L29 = EmailDomain(email='someone@mail.shop.co.uk')
L30 = EmailSubdomain(email='someone@mail.shop.co.uk')
L31 = EmailLocalPart(email='some.one+tag@shop.com')
L32 = EmailDomain(email='no address')
L33 = DomainTld(domain='www.shop.co.uk')
L34 = DomainTld(domain='www.shop.nosuchtld')
L35 = DomainChopper(urls=['news.org', 'shop.co.uk'], fld=True)
L36 = IpNetwork(ip='203.0.113.77')
L37 = IpNetwork(ip='2001:db8::1')
L38 = IpNetwork(ip='not an address')
L39 = PhoneCountry(phone_number='+4915112345678')
L40 = PhoneCountry(phone_number='+12125550123')
L41 = PhonePrefix(phone_number='+4915112345678')
L42 = ExtractCookie(header='a=1; session=xyz; b=2', key='session')
L43 = ExtractCookie(header='a=1', key='session')
L44 = ListLength(list=['a', 'b'])
L45 = ListRead(list=['a', 'b'], index=1)
L46 = ListRead(list=['a', 'b'], index=5)
L47 = ListSort(list=['b', 'a', 'c'])
L48 = ListSort(list=[3, 1, 2], reverse=True)
L49 = RegexMatch(target='Buy now', pattern='buy', case_insensitive=True)
L50 = RegexMatch(target='Buy now', pattern='buy')
L51 = RegexMatchMap(target=['aa', 'ab'], pattern='a$', mode='any')
L52 = RegexMatchMap(target=['aa', 'ab'], pattern='a$', mode='all')
L53 = CountRegexMatches(target='aXbXX', patterns=['X', 'b'])
L54 = TimeSince(timestamp='2026-02-28T23:00:00') > 3600
L55 = TimeSince(timestamp='2027-01-01T00:00:00')
L56 = TimeDelta(weeks=1, days=1, hours=1, minutes=1, seconds=1) > 694861
L57 = GetTimestampBucket(timestamp=1772366400, granularity_seconds=7200)
L58 = GetTimedeltaBucket(timedelta=TimeSince(timestamp='2026-02-28T21:10:00'), granularity_seconds=3600)
L60 = GetActionName()
L61 = GetActionId()
L62: Optional[str] = JsonData(path='$.nothing')
L63 = ResolveOptional(optional_value=L62, default_value='default')
L64 = 7 // 2
L65 = -7 // 2
L66 = 7 % 0
L67 = 1 / 0
L68 = 2 ** 10
L69 = 5 & 3 | 8 ^ 1
L70 = 'ab' * 3
L71 = None == None
L72 = 3 in [1, 2]
L73 = f'{L1} and {L60}'
L74: ExtractLiteral[int] = 7
L75 = 'na' in 'banana'
U: Entity[str] = EntityJson(type='User', path='$.u.id')
X1 = Experiment(entity=U, buckets=['control', 'one', 'two'], bucket_sizes=[33.3, 33.3, 20.0], version=3, revision=4)
X2 = ExperimentWhen(experiment=X1, control=[True], one=[False], two=[True, False])
X3 = ExperimentsBucketAssignment(entity=U, buckets=['control', 'b'], bucket_sizes=[50.0, 50.0], version=0, revision=0)
X4: Entity[str] = Entity(type='Domain', id='shop.com')
"""
"""Every function of Osprey's library that gives the same answer each time, with values of our own."""
