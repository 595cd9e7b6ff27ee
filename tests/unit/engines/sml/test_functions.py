"""Standard functions by tables of calls, and the interface by which functions of one's own join."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.engines.sml.helpers import NOON, compiled, event, features, outcome, problems

from watchfloor.engines import sml
from watchfloor.engines.sml.stdlib.experiments import murmur3

CALLS = [
    ("StringLength(s='héllo')", 5),
    ("StringToLower(s='ABC')", "abc"),
    ("StringToUpper(s='abc')", "ABC"),
    ("StringStartsWith(s='abc', start='ab')", True),
    ("StringEndsWith(s='abc', end='ab')", False),
    ("StringStrip(s='  a ')", "a"),
    ("StringStrip(s='xxaxx', chars='x')", "a"),
    ("StringRStrip(s=' a ')", " a"),
    ("StringLStrip(s=' a ')", "a "),
    ("StringReplace(s='aXbX', old='X', new='-')", "a-b-"),
    ("StringJoin(s='-', iterable=['a', 'b'])", "a-b"),
    ("StringSplit(s='a b  c')", ["a", "b", "c"]),
    ("StringSplit(s='a,b,c', sep=',', maxsplit=1)", ["a", "b,c"]),
    ("StringSlice(s='abcdef', start=1, end=3)", "bc"),
    ("StringExtractURLs(s='see https://a.example/x?y=1 and (http://b.example:80/z) https://a.example/x?y=1')", ["https://a.example/x?y=1", "http://b.example:80/z"]),
    ("StringExtractDomains(s='see https://a.example/x and (http://b.example:80/z) https://[::1]:8/')", ["a.example", "b.example", "[::1]"]),
    ("StringClean(s='Frее  Ｍоney', lower=True)", "free money"),
    ("StringClean(s='𝓯𝓻𝓮𝓮 ⓒash')", "free cash"),
    ("StringClean(s='fr33 m0ney 1337', l33t=True)", "free m0ney 1337"),
    ("StringClean(s='a 😀 b', remove_emoji=True)", "a b"),
    ("StringClean(s='Ünïcode!', unidecode=True, remove_punctuation=True, upper=True)", "UNICODE"),
    ("StringClean(s='a b', remove_space=True)", "ab"),
    ("StringClean(s='x', form='XYZ')", None),
    ("ParseInt(s='12')", 12),
    ("ParseInt(s='x')", None),
    ("RegexMatch(target='Buy now', pattern='buy')", False),
    ("RegexMatch(target='Buy now', pattern='buy', case_insensitive=True)", True),
    ("RegexMatchMap(target=['a', 'b1'], pattern=r'\\d')", True),
    ("RegexMatchMap(target=['a', 'b1'], pattern=r'\\d', mode='all')", False),
    ("CountRegexMatches(target='abc', patterns=['a', 'x', 'b|c'])", 2),
    ("TextContains(text='Say Hello!', phrase='hello')", True),
    ("TextContains(text='Sayhello', phrase='hello')", False),
    ("TextContains(text='Hello', phrase='hello', case_sensitive=True)", False),
    ("EmailDomain(email='a@mail.Example.co.uk')", "example.co.uk"),
    ("EmailDomain(email='a@localhost')", "localhost"),
    ("EmailDomain(email='nobody')", None),
    ("EmailSubdomain(email='a@Mail.Example.com')", "mail.example.com"),
    ("EmailLocalPart(email='a.b@c@d.example')", "a.b@c"),
    ("DomainTld(domain='www.example.com.br')", "com.br"),
    ("DomainTld(domain='10.0.0.1')", None),
    ("DomainChopper(urls=['https://a.b.example.org/x', 'nonsense'], fld=True)", None),
    ("DomainChopper(urls=['a.example'])", []),
    ("DomainChopper(urls=['https://a.b.example.org/x', 'd.c.co.jp:8080'], fld=True)", ["example.org", "c.co.jp"]),
    ("IpNetwork(ip='192.0.2.77')", "192.0.2.0"),
    ("IpNetwork(ip='2001:db8::1')", "2001:db8:0:0:0:0:0:1"),
    ("IpNetwork(ip='nonsense')", None),
    ("ExtractCookie(header='a=1; session=xyz', key='session')", "xyz"),
    ("ExtractCookie(header='a=1', key='session')", None),
    ("PhonePrefix(phone_number='+4915112345678')", "+491511234"),
    ("PhoneCountry(phone_number='+49 151 12345678')", "DE"),
    ("PhoneCountry(phone_number='+1 416 555 0100')", "CA"),
    ("PhoneCountry(phone_number='+1 202 555 0100')", "US"),
    ("PhoneCountry(phone_number='letters')", None),
    ("Base64Encode(input='héllo')", "aMOpbGxv"),
    ("Base64Decode(input='aMOpbGxv')", "héllo"),
    ("Base64Decode(input='a')", None),
    ("HashMd5(input='abc')", "900150983cd24fb0d6963f7d28e17f72"),
    ("HashSha1(input='abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("HashSha256(input='')", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("StringSlice(s=HashSha512(input='abc'), start=0, end=8)", "ddaf35a1"),
    ("ListLength(list=[1, 2, 3])", 3),
    ("ListRead(list=[1, 2], index=-1)", "2"),
    ("ListRead(list=[1, 2], index=5)", None),
    ("ListSort(list=['b', 'a'])", ["a", "b"]),
    ("ListSort(list=[1, 3, 2], reverse=True)", [3, 2, 1]),
    ("TimeDelta(days=1, hours=1)", 90_000.0),
    ("TimeSince(timestamp='2026-03-01T11:00:00Z')", 3600.0),
    ("TimeSince(timestamp='2026-03-01T13:00:00+02:00')", 3600.0),
    ("TimeSince(timestamp='2026-03-01 11:59:00')", 60.0),
    ("TimeSince(timestamp='Sun, 01 Mar 2026 11:59:30 +0000')", 30.0),
    ("TimeSince(timestamp='2027-01-01T00:00:00Z')", 0.0),
    ("TimeSince(timestamp='soon')", None),
    ("TimeSince(timestamp='2026-03-01T11:00:00Z') < TimeDelta(hours=2)", True),
    ("GetTimestampBucket(timestamp=1700000123, granularity_seconds=3600)", 1_699_999_200),
    ("GetTimedeltaBucket(timedelta=TimeDelta(hours=3, minutes=5), granularity_seconds=3600)", 10_800),
    ("GetSnowflakeBucket(snowflake=175928847299117063, granularity_seconds=3600, epoch_milliseconds=1420070400000)", 1_462_014_000),
    ("LinkHost(url='https://User@Shop.Example.co.uk:8080/x')", "shop.example.co.uk"),
    ("LinkHost(url='http://bücher.example/')", "xn--bcher-kva.example"),
    ("LinkHost(url='nothing')", None),
    ("LinkDomain(url='https://shop.example.co.uk/x?y=http://other.example')", "example.co.uk"),
    ("LinkDomain(url='http://192.0.2.1/')", None),
    ("LinkPathDepth(url='https://example.com/a/b/?c=/d/e')", 2),
    ("LinkPathDepth(url='example.com/a')", 1),
    ("LinkPathDepth(url='http://[bad')", None),
    ("LinkIsPunycode(url='https://xn--bcher-kva.example/')", True),
    ("LinkIsPunycode(url='https://bücher.example/')", True),
    ("LinkIsPunycode(url='https://example.com/xn--a')", False),
    ("LinkLooksLike(url='http://paypa1.com/login', domains=['paypal.com'])", True),
    ("LinkLooksLike(url='http://раураl.com/', domains=['paypal.com'])", True),
    ("LinkLooksLike(url='http://rnicrosoft.com', domains=['microsoft.com'])", True),
    ("LinkLooksLike(url='http://www.paypal.com/', domains=['paypal.com'])", False),
    ("LinkLooksLike(url='http://pal.com/', domains=['paypal.com'])", False),
    ("AppName(user_agent='Parley/4.1 (Android 14) okhttp/4.12')", "Parley"),
    ("AppName(user_agent='curl')", None),
    ("AppVersion(user_agent='Parley/4.1 okhttp/4.12.0', app='OkHttp')", "4.12.0"),
    ("AppVersion(user_agent='Parley/4.1 okhttp/4.12.0')", "4.1"),
    ("AppVersion(user_agent='Parley/4.1', app='Other')", None),
    ("VersionCompare(version='1.10', other='1.9')", 1),
    ("VersionCompare(version='2.0-beta', other='2.0')", -1),
    ("VersionCompare(version='2.0-beta', other='1.9.9')", 1),
    ("VersionCompare(version='2.0-rc.1', other='2.0-rc.2')", -1),
    ("VersionCompare(version='v1.0.0', other='1')", 0),
    ("VersionCompare(version='new', other='1')", None),
    ("DeviceKey(id='abc')", "02202d9316ea0e092cb92307"),
    ("DeviceKey(id='abc') == DeviceKey(id='abc', space='phone')", False),
    ("IpVersion(ip='::ffff:192.0.2.1')", 4),
    ("IpVersion(ip='2001:db8::1')", 6),
    ("IpVersion(ip='nowhere')", None),
    ("IpIsPrivate(ip='10.0.0.1')", True),
    ("IpIsPrivate(ip='8.8.8.8')", False),
    ("IpPrefix(ip='192.0.2.77')", "192.0.2.0/24"),
    ("IpPrefix(ip='2001:db8:1:2::5', v6=64)", "2001:db8:1:2::/64"),
    ("TextDistance(text='Buy now!', other='bUy  nоw')", 0.0),
    ("TextDistance(text='Buy now', other='something else')", 1.0),
    ("TextFingerprint(text='Buy now!') == TextFingerprint(text='buy NOW')", True),
    ("TextFingerprint(text='...')", None),
    ("HashDistance(hash='00ff', other='00fe')", None),
    ("HashDistance(hash='000000ff', other='000000fe')", 1),
    ("HashDistance(hash='000000ff', other='000000fe00')", None),
    ("GetActionName()", "create_post"),
    ("GetActionId()", 1),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), CALLS, ids=[call for call, _ in CALLS])
def test_standard_function(call: str, expected: Any) -> None:
    found = features(f"R = {call}")["R"]
    assert (found, type(found)) == (expected, type(expected))


def test_every_function_has_a_case_or_a_test_of_its_own() -> None:
    elsewhere = {
        "Import", "Require", "Rule", "WhenRules", "JsonData", "EntityJson", "Entity", "ResolveOptional", "LabelAdd", "LabelRemove",
        "DeclareVerdict", "SignalAdd", "SendToReview", "TakeAction", "BanUser", "HasLabel", "RandomBool", "RandomInt", "Experiment",
        "ExperimentsBucketAssignment", "ExperimentWhen", "Count", "CountBefore", "CountUnique", "SumOf", "Trending", "RateLimited",
        "SessionLength", "SessionEvents",
        "InList", "ListEntry", "InBank", "HashMatch", "ModelScore", "HasSignal", "MXLookup",
        "ReputationBand",
    }  # fmt: skip
    assert {name for name in sml.STANDARD if not any(f"{name}(" in call for call, _ in CALLS)} == elsewhere


def test_chance_is_repeatable_even_and_independent() -> None:
    rules = compiled("A = RandomBool(percentage=0.3)\nB = RandomBool(percentage=0.3)\nC = RandomInt(start=1, end=6)")
    drawn = [rules.evaluate(event(number=number)).features for number in range(3000)]
    assert drawn == [rules.interpret(event(number=number)).features for number in range(3000)]
    assert 0.25 < sum(row["A"] for row in drawn) / 3000 < 0.35
    assert 0.05 < sum(row["A"] and row["B"] for row in drawn) / 3000 < 0.13
    assert {row["C"] for row in drawn} == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("data", "seed", "expected"),
    # Test values of the published reference implementation.
    [
        (b"", 0, 0),
        (b"", 1, 0x514E28B7),
        (b"test", 0x9747B28C, 0x704B81DC),
        (b"Hello, world!", 0x9747B28C, 0x24884CBA),
        (b"aaa", 0x9747B28C, 0x283E0130),
    ],
)
def test_murmur3(data: bytes, seed: int, expected: int) -> None:
    assert murmur3(data, seed) == expected


def test_experiment_buckets() -> None:
    text = """
    U: Entity[str] = EntityJson(type='User', path='$.u')
    Try = Experiment(entity=U, buckets=['control', 'warm'], bucket_sizes=[20.0, 50.0], version=1, revision=2)
    """
    rules = compiled(text)
    shown = [rules.evaluate(event({"u": f"u{number}"})).features["Try"] for number in range(2000)]
    assert shown[7] == rules.evaluate(event({"u": "u7"})).features["Try"]
    share = {bucket: sum(row[3] == bucket for row in shown) / 2000 for bucket in ("control", "warm", "")}
    assert 0.16 < share["control"] < 0.24
    assert 0.45 < share["warm"] < 0.55
    assert shown[0][0] == "Try" and shown[0][5:] == ["1", "2"]


def test_experiment_when_picks_the_conditions_of_the_bucket() -> None:
    text = """
    U: Entity[str] = EntityJson(type='User', path='$.u')
    N: int = JsonData(path='$.n', required=False)
    Try = Experiment(entity=U, buckets=['control', 'warm'], bucket_sizes=[0.0, 50.0], version=1, revision=2)
    Old = Rule(when_all=[True], description='old')
    R = Rule(when_all=ExperimentWhen(experiment=Try, control=[N > 5, Old], warm=[N > 1]), description='tried')
    """
    rules = compiled(text)
    for number in range(200):
        found = (
            outcome(text, {"u": f"u{number}", "n": 3}).features
            if number < 20
            else rules.evaluate(event({"u": f"u{number}", "n": 3})).features
        )
        assert found["R"] is (found["Try"][3] == "warm")
    assert outcome(text, {"u": "u1"}).features["R"] is None


# --- labels -------------------------------------------------------------------------------------------------------------

_HOUR = timedelta(hours=1)
_STATES = {
    "plain": sml.LabelState(since=NOON - _HOUR),
    "manual": sml.LabelState(manual=True),
    "gone": sml.LabelState(expires=NOON - _HOUR),
    "taken": sml.LabelState(status="removed"),
}


def _labels(entity: sml.Entity) -> Mapping[str, sml.LabelState]:
    return _STATES if entity.id == "u" else {}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("label='plain'", True), ("label='manual'", True), ("label='gone'", False), ("label='taken'", False), ("label='never'", False),
        ("label='taken', status='removed'", True), ("label='never', status='removed'", True), ("label='plain', status='removed'", False),
        ("label='plain', manual=True", False), ("label='manual', manual=True", True), ("label='manual', manual=False", False),
        ("label='plain', min_label_age=TimeDelta(minutes=30)", True), ("label='plain', min_label_age=TimeDelta(hours=2)", False),
        ("label='plain', error_on_empty=True", True),
    ],
)  # fmt: skip
def test_has_label(arguments: str, expected: bool) -> None:
    text = f"U: Entity[str] = EntityJson(type='User', path='$.u')\nR = HasLabel(entity=U, {arguments})"
    assert outcome(text, {"u": "u"}, labels=_labels).features["R"] is expected


def test_has_label_can_insist_on_an_answer() -> None:
    text = "U: Entity[str] = EntityJson(type='User', path='$.u')\nR = not HasLabel(entity=U, label='x', error_on_empty=True)"
    got = outcome(text, {"u": "nobody"}, labels=_labels)
    assert got.features["R"] is None
    assert "has no labels at all" in got.errors[0].message


def test_labels_are_asked_for_once_for_each_entity() -> None:
    asked: list[sml.Entity] = []

    def lookup(entity: sml.Entity) -> Mapping[str, sml.LabelState]:
        asked.append(entity)
        return {}

    text = "U: Entity[str] = EntityJson(type='User', path='$.u')\nA = HasLabel(entity=U, label='x')\nB = HasLabel(entity=U, label='y')"
    compiled(text, labels=lookup).evaluate(event({"u": "u"}))
    assert asked == [sml.Entity("User", "u")]


# --- functions of one's own ---------------------------------------------------------------------------------------------


class Mute(sml.Effect, frozen=True, kw_only=True, tag="mute"):
    who: str
    hours: int


def test_a_function_and_an_effect_of_ones_own() -> None:
    @sml.function(category="own")
    class InList:
        """Whether a word is in a named list.

        Args:
            word: the word.
            name: which list.
        """

        def __init__(self, name: str) -> None:
            if name not in ("bad", "good"):
                raise sml.BadArgument("name", f"There is no list `{name}`.", "Lists: bad, good.")
            self._words = {"bad": {"spam"}, "good": {"ham"}}[name]

        def __call__(self, ctx: sml.Context, word: str) -> bool:
            return word in self._words and ctx.event.action_name == "create_post"

    @sml.function(category="own")
    def MuteUser(who: str, hours: int = 24) -> Mute:
        """Mutes someone."""
        return Mute(who=who, hours=hours)

    functions = {**sml.STANDARD, **sml.library([InList, MuteUser])}
    text = """
    Word: str = JsonData(path='$.word')
    Bad = Rule(when_all=[InList(word=Word, name='bad')], description='bad word')
    WhenRules(rules_any=[Bad], then=[MuteUser(who=Word)])
    """
    rules = compiled(text, functions=functions)
    assert rules.evaluate(event({"word": "spam"})).effects == (Mute(who="spam", hours=24, rules=("Bad",)),)
    assert rules.interpret(event({"word": "ham"})).effects == ()
    entry = next(e for e in rules.reference()["functions"] if e["name"] == "InList")
    assert entry["signature"] == "InList(name: str, word: str) -> bool"
    assert entry["arguments"][1]["doc"] == "the word."
    (problem,) = problems("A = InList(word='x', name='ugly')", functions=functions)
    assert (problem.message, problem.hint) == ("There is no list `ugly`.", "Lists: bad, good.")


def test_a_replaced_standard_function_is_the_one_that_runs() -> None:
    @sml.function(category="own", total=True)
    def StringLength(s: str) -> int:
        """Not the length."""
        return 42

    rules = compiled("A = StringLength(s=GetActionName())", functions={**sml.STANDARD, "StringLength": StringLength})
    assert rules.evaluate(event()).features == rules.interpret(event()).features == {"A": 42}


def test_two_functions_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two rule functions are called StringLength"):
        sml.library([sml.STANDARD["StringLength"], sml.STANDARD["StringLength"]])


def test_the_documentation_shows_every_function_as_it_is() -> None:
    page = (Path(__file__).parents[4] / "docs" / "reference" / "rules-language.md").read_text()
    assert [name for name, item in sml.STANDARD.items() if f"- `{item.signature}`" not in page] == []


def test_a_feature_may_have_the_name_of_a_function_that_osprey_lacks() -> None:
    rules = sml.compile_rules(
        {
            "main.sml": """
LinkDomain: str = JsonData(path='$.domain')
Host = LinkDomain(url='https://shop.example.co.uk/')
Bad = Rule(when_all=[LinkDomain == 'bad.example', Host == 'example.co.uk'], description='d')
"""
        }
    )
    event = sml.event_from({"domain": "bad.example"})
    assert rules.fired(event) == ("Bad",)
    assert [rule.name for rule in rules.interpret(event).fired] == ["Bad"]
