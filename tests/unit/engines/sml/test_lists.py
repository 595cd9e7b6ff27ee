"""Lists and banks as rules ask them: what each kind takes for the same, what ends, and what is said when there is no list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchfloor.engines import sml
from watchfloor.engines.sml.listkinds import normal
from watchfloor.kernel.errors import BadInput

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTS = sml.frozen(
    {
        "bad-domains": ("domains", ["example.com", "bücher.example", ("old.example", NOW - timedelta(days=1))]),
        "nets": (
            "networks",
            ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", ("198.51.100.0/24", NOW + timedelta(days=1))],
        ),
        "names": ("accounts", ["Alice", "42"]),
        "phrases": ("texts", ["Free  Money", "straße"]),
        "hashes": ("hashes", ["00ff00ff00ff00ff", "AABBCCDD"]),
        "spam": ("bank", ["Buy cheap replica watches now at www.watches.example, fast delivery to your door"]),
    }
)


def event(**data: object) -> sml.Event:
    return sml.Event(action_id=1, action_name="post", timestamp=NOW, data=data)


def ask(condition: str, **data: object) -> bool | None:
    """What a rule of one condition gives; both back ends must agree."""
    values = "\n".join(f"{name.title()}: {_type(value)} = JsonData(path='$.{name}')" for name, value in data.items())
    rules = sml.compile_rules({"main.sml": f"{values}\nR = Rule(when_all=[{condition}], description='')"})
    rules = rules.with_lists(LISTS)
    outcome = rules.evaluate(event(**data))
    assert outcome == rules.interpret(event(**data))
    found: bool | None = outcome.features["R"]
    assert ("R" in rules.fired(event(**data))) is (found is True)
    return found


def _type(value: object) -> str:
    return "List[str]" if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("bad-domains", "example.com", True),
        ("bad-domains", "https://WWW.Example.com:8080/a?b=c", True),
        ("bad-domains", "notexample.com", False),
        ("bad-domains", "example.com.evil.net", False),
        ("bad-domains", "someone@mail.example.com", True),
        ("bad-domains", "http://bücher.example/x", True),
        ("bad-domains", "xn--bcher-kva.example", True),
        ("bad-domains", "old.example", False),
        ("bad-domains", "", False),
        ("nets", "10.255.0.1", True),
        ("nets", "11.0.0.1", False),
        ("nets", "192.0.2.7", True),
        ("nets", "192.0.2.8", False),
        ("nets", "::ffff:10.1.1.1", True),
        ("nets", "2001:db8:1::5", True),
        ("nets", "198.51.100.9", True),
        ("nets", "no address", False),
        ("names", "Alice", True),
        ("names", "alice", False),
        ("names", 42, True),
        ("phrases", "fREE money ", True),
        ("phrases", "STRASSE", True),
        ("phrases", "free money now", False),
        ("hashes", "00FF00FF00FF00FF", True),
        ("hashes", "0xaabbccdd", True),
        ("hashes", "zz", False),
        ("nets", ["8.8.8.8", "10.0.0.1"], True),
        ("nets", ["8.8.8.8"], False),
    ],
)
def test_a_value_is_found_by_the_rules_of_its_kind(name: str, value: object, expected: bool) -> None:
    assert ask(f"InList(list='{name}', value=Value)", value=value) is expected


def test_the_entry_that_covers_a_value_can_be_named() -> None:
    rules = sml.compile_rules(
        {"main.sml": "Ip: str = JsonData(path='$.ip')\nNet = ListEntry(list='nets', value=Ip)"}
    ).with_lists(LISTS)
    assert rules.evaluate(event(ip="10.9.9.9")).features["Net"] == "10.0.0.0/8"
    nothing = rules.evaluate(event(ip="8.8.8.8"))
    assert nothing.features["Net"] is None and nothing.errors == ()


def test_a_text_that_is_nearly_an_example_is_in_the_bank() -> None:
    near = "BUY cheap replicа watches now!!! at www.watches.example - fast delivery to your door"  # a Cyrillic letter
    assert ask("InBank(bank='spam', text=Text)", text=near) is True
    assert ask("InBank(bank='spam', text=Text)", text="I bought a watch for my mother yesterday") is False
    assert ask("InBank(bank='spam', text=Text, distance=0.0)", text=near + " today only, hurry") is False
    assert ask("InBank(bank='spam', text=Text)", text="!!!") is False


def test_a_perceptual_hash_may_differ_in_a_stated_number_of_bits() -> None:
    assert ask("HashMatch(list='hashes', hash=H, distance=3)", h="00ff00ff00ff00f8") is True
    assert ask("HashMatch(list='hashes', hash=H, distance=2)", h="00ff00ff00ff00f8") is False
    assert ask("HashMatch(list='hashes', hash=H)", h="00ff00ff00ff00ff") is True
    assert ask("HashMatch(list='hashes', hash=H, distance=8)", h="aabbccdd00") is False, "of another length"
    assert ask("HashMatch(list='hashes', hash=H)", h="no hash") is None


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("InList(list='gone', value=Value)", "there is no list 'gone'"),
        ("InBank(bank='nets', text=Value)", "nets is a list of networks, not of texts."),
        ("HashMatch(list='nets', hash=Value)", "nets is a list of networks, not of hashes."),
        ("ModelScore(policy='spam', text=Value) > 0.5", "models and signals live in an installation"),
        ("HasSignal(policy='spam')", "models and signals live in an installation"),
    ],
)
def test_what_cannot_be_asked_costs_only_its_rule_and_says_why(condition: str, said: str) -> None:
    text = f"Value: str = JsonData(path='$.value')\nR = Rule(when_all=[{condition}], description='')\n"
    text += "Other = Rule(when_all=[Value != ''], description='')"
    outcome = sml.compile_rules({"main.sml": text}, lists=LISTS).evaluate(event(value="aabbccdd"))
    assert outcome.features["R"] is None
    assert [rule.name for rule in outcome.fired] == ["Other"]
    assert said in outcome.errors[0].message


def test_without_lists_a_rule_that_asks_is_undecided() -> None:
    rules = sml.compile_rules({"main.sml": "R = Rule(when_all=[InList(list='a', value='b')], description='')"})
    outcome = rules.evaluate(event())
    assert outcome.features["R"] is None
    assert "no lists are at hand" in outcome.errors[0].message


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("InList(list='', value='x')", "A list has a name."),
        ("InBank(bank='b', text='x', distance=1.5)", "from 0 to below 1"),
        ("HashMatch(list='h', hash='x', distance=99)", "from 0 to 64"),
        ("ModelScore(policy='', text='x') > 0.5", "policy's key"),
    ],
)
def test_bad_constants_are_said_when_rules_are_loaded(call: str, said: str) -> None:
    with pytest.raises(sml.RuleErrors) as caught:
        sml.compile_rules({"main.sml": f"R = Rule(when_all=[{call}], description='')"})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("domains", "com", "is no registered domain"),
        ("domains", "co.uk", "is no registered domain"),
        ("domains", "two words.com", "is no domain"),
        ("domains", "192.0.2.7", "is no domain"),
        ("networks", "10.0.0.1/8", "is an address within 10.0.0.0/8"),
        ("networks", "0.0.0.0/0", "covers every address"),
        ("networks", "router", "is no IP address or network"),
        ("hashes", "xyz", "is no hash"),
        ("hashes", "abcdefabc", "is no hash"),
        ("texts", " ", "cannot be empty"),
        ("accounts", "a\x00b", "no text"),
        ("texts", "a" * 2001, "2,000 are the most"),
        ("cats", "a", "is no kind of list"),
    ],
)
def test_a_bad_entry_is_refused_in_one_sentence(kind: str, value: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        normal(kind, value)
    assert said in caught.value.message
    assert caught.value.message.count(". ") == 0


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("domains", "*.Example.COM", "example.com"),
        ("domains", "https://shop.example.co.uk/x", "shop.example.co.uk"),
        ("networks", "192.0.2.7/32", "192.0.2.7"),
        ("networks", "::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("networks", "2001:DB8::/32", "2001:db8::/32"),
        ("hashes", " 0xAABBCCDD ", "aabbccdd"),
        ("texts", "  Ｆree\tMONEY ", "free money"),
        ("accounts", " Alice ", "Alice"),
        ("bank", " Buy  now ", "Buy  now"),
    ],
)
def test_an_entry_has_one_normal_form(kind: str, value: str, expected: str) -> None:
    assert normal(kind, value) == expected
    assert normal(kind, expected) == expected


def test_lists_beside_rules_are_read_from_plain_files(tmp_path: Path) -> None:
    place = tmp_path / "lists"
    place.mkdir()
    (place / "bad.txt").write_text("# what people reported\nexample.com\n\nexample.org\n")
    (place / "words.txt").write_text("# kind: texts\nexample.com\n")
    (place / "nets.csv").write_text("value,expires,reason\n192.0.2.0/24,2020-01-01,old\n198.51.100.0/24,,hosting\n")
    (place / "spam.txt").write_text("# kind: bank\n# distance: 0.1\nBuy my watches today\n")
    lists = sml.lists_from_folder(tmp_path)
    assert {name: table.kind for name, table in lists.tables.items()} == {
        "bad": "domains", "words": "texts", "nets": "networks", "spam": "bank",
    }  # fmt: skip
    assert lists.table("bad").find("www.example.org", NOW) == "example.org"
    assert lists.table("nets").find("192.0.2.1", NOW) is None
    assert lists.table("nets").find("198.51.100.1", NOW) == "198.51.100.0/24"
    assert lists.table("spam").distance == 0.1
    assert sml.lists_from_folder(tmp_path / "lists").tables == {}, "no folder of lists there is fine"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "# kind: cats\nx\n", "'cats' is no kind of list."),
        ("a.txt", "# kind: domains\nexample.com\nnot a domain\n", "'not a domain' is no domain."),
        ("a.csv", "entry\nx\n", "needs a column called value"),
        ("a.csv", "value,expires\nx,soon\n", "'soon' is no date."),
        ("a.txt", "# kind: bank\n# distance: far\nx\n", "a number from 0 to 1"),
    ],
)
def test_a_bad_list_file_says_what_and_where(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / name).write_text(text)
    with pytest.raises(BadInput) as caught:
        sml.lists_from_folder(tmp_path)
    assert said in caught.value.message
    assert name in caught.value.where


def test_the_band_of_an_account_is_asked_once_an_event() -> None:
    class Bands:
        asked = 0

        def band(self, _event: sml.Event) -> str:
            self.asked += 1
            return "low"

    bands = Bands()
    text = "A = Rule(when_all=[ReputationBand() == 'low'], description='')\nB = Rule(when_all=[ReputationBand() == 'good'], description='')"
    outcome = sml.compile_rules({"main.sml": text}, findings=bands).evaluate(event())
    assert [rule.name for rule in outcome.fired] == ["A"] and bands.asked == 1
    alone = sml.compile_rules({"main.sml": text}).evaluate(event())
    assert alone.fired == () and "the reputation of accounts cannot be asked here" in alone.errors[0].message
