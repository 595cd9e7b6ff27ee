"""Lists in the database: versions, history, restore, what rules see of them, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from watchfloor.detection import lists, lists_in_force
from watchfloor.detection.lists import files, reading
from watchfloor.detection.models import ListEntry, NamedList
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing

if TYPE_CHECKING:
    from tests.support.rules import Rules

BAD = "InList(list='bad', value=Text)"


def begin(name: str = "bad", kind: str = "domains", **more: object) -> NamedList:
    with writing(system("test")) as w:
        return lists.create(w, name, kind, **more)  # type: ignore[arg-type]


def add(*values: str, name: str = "bad", **more: object) -> lists.Change:
    with writing(system("test")) as w:
        return lists.add_many(w, name, [lists.NewEntry(value, **more) for value in values])  # type: ignore[arg-type]


def remove(*values: str, name: str = "bad") -> lists.Change:
    with writing(system("test")) as w:
        return lists.remove(w, name, values, why="a mistake")


def restore(version: int, name: str = "bad") -> lists.Change:
    with writing(system("test")) as w:
        return lists.restore(w, name, version, why="back")


def values(name: str = "bad", version: int | None = None) -> list[str]:
    row = lists.by_name(name)
    found = reading.standing(row) if version is None else reading.at_version(row, version)
    return sorted(found.values_list("value", flat=True))


def test_a_rule_sees_an_entry_as_soon_as_it_is_in_and_until_it_is_out_or_ends(rules: Rules) -> None:
    begin()
    rules.add("Listed", condition=BAD)
    assert rules.show("example.com")[1].fired == ()
    add("example.com")
    assert rules.show("http://www.example.com/x")[1].fired == ("Listed",)
    remove("example.com")
    assert rules.show("example.com")[1].fired == ()
    soon = clock.now() + timedelta(hours=1)
    add("example.com", expires=soon)
    assert rules.show("example.com")[1].fired == ("Listed",)
    with clock.at(soon + timedelta(seconds=1)):
        assert rules.show("example.com")[1].fired == ()


def test_every_change_is_a_version_and_an_event_whose_digest_can_be_checked(db: None) -> None:
    row = begin()
    assert add("b.example", "a.example", "WWW.A.example").version == 1
    assert remove("b.example").version == 2
    assert values() == ["a.example", "www.a.example"]
    assert values(version=1) == ["a.example", "b.example", "www.a.example"]
    events = Event.objects.filter(subject=f"namedlist:{row.pk}", type="list.changed").order_by("ordinal")
    assert [(e.data["version"], e.data["added"], e.data["removed"]) for e in events] == [(1, 3, 0), (2, 0, 1)]
    from watchfloor.detection.lists.changing import change_digest

    assert events[0].data["digest"] == change_digest(["a.example", "b.example", "www.a.example"], [])
    assert events[1].data["digest"] == change_digest([], ["b.example"])
    assert "a.example" not in str(events[0].changes), "the values may be personal"
    sequencer.catch_up()
    assert check().differences == []


def test_what_is_there_already_is_no_change_but_another_end_or_reason_is(db: None) -> None:
    begin()
    end = clock.now() + timedelta(days=1)
    assert add("a.example", reason="first") == lists.Change(1, 1)
    assert add("a.example") == lists.Change(1, 0, 0, 1), "no reason given: the old one stays"
    assert add("A.example", reason="second") == lists.Change(2, 1)
    assert add("a.example", reason="second", expires=end) == lists.Change(3, 1)
    assert ListEntry.objects.filter(list__name="bad").count() == 3
    assert lists.by_name("bad").size == 1
    assert lists.diff(lists.by_name("bad"), 1, 3) == lists.Diff((), (), 0, 0), "the same value"


def test_versions_can_be_compared_and_restored(db: None) -> None:
    begin()
    add("a.example", "b.example")
    remove("a.example")
    add("c.example")
    row = lists.by_name("bad")
    assert lists.diff(row, 1, 3) == lists.Diff(("c.example",), ("a.example",), 1, 1)
    assert lists.diff(row, 0, 3) == lists.Diff(("b.example", "c.example"), (), 2, 0)
    assert restore(1) == lists.Change(4, 1, 1)
    assert values() == ["a.example", "b.example"]
    assert lists.by_name("bad").size == 2
    assert restore(0) == lists.Change(5, 0, 2)
    assert values() == []
    with pytest.raises(NotFound, match="no earlier version 9"):
        restore(9)


def test_a_bad_value_changes_nothing(db: None) -> None:
    begin()
    with pytest.raises(BadInput, match="is no domain"):
        add("a.example", "not a domain")
    with pytest.raises(BadInput, match="would have ended already"):
        add("a.example", expires=clock.now() - timedelta(days=1))
    with pytest.raises(NotFound, match="is not in bad"):
        remove("a.example")
    assert lists.by_name("bad").version == 0
    with pytest.raises(NotFound, match="no list 'gone'"):
        add("a.example", name="gone")


@pytest.mark.parametrize("name", ["", "Bad", "bad domains", "-bad", "a" * 61, "bäd"])
def test_a_list_has_a_plain_name(db: None, name: str) -> None:
    with pytest.raises(BadInput, match="is no name for a list"):
        begin(name)


def test_a_name_is_taken_once_and_a_list_in_use_stays(rules: Rules) -> None:
    begin()
    with pytest.raises(Conflict, match="already"):
        begin()
    rules.add("Listed", condition=BAD)
    assert lists.used_by() == {"bad": ("Listed",)}
    with pytest.raises(Conflict, match="Rules ask bad: Listed"), writing(system("test")) as w:
        lists.archive(w, "bad", why="done")


def test_rules_are_found_through_the_values_they_read(rules: Rules) -> None:
    rules.write(
        "Known = InBank(bank='spam', text=Text)\n"
        "Both = Rule(when_all=[Known, HashMatch(list='hashes', hash=Text)], description='')\n"
        "Other = Rule(when_all=[Text == 'x'], description='')\n"
    )
    assert lists.used_by() == {"spam": ("Both",), "hashes": ("Both",)}


def test_a_file_brings_in_its_good_rows_and_says_what_is_wrong_with_the_others(db: None) -> None:
    row = begin()
    text = (
        "\ufeffvalue,reason,expires\n"
        "a.example,phishing,2999-01-01\n"
        "nonsense,,\n"
        '"b.example","quoted, with comma",\n'
        "c.example,,yesterday\n"
        "d.example,,2001-01-01\n"
        "com,,\n"
        "a.example,again,\n"
    )
    found = files.read(row, text, reason="import of March")
    assert [(bad.line, bad.problem.split(".")[0]) for bad in found.bad] == [
        (3, "'nonsense' is no registered domain: it would cover all below it"), (5, "'yesterday' is no date"), (6, "'d"),
        (7, "'com' is no registered domain: it would cover all below it"),
    ]  # fmt: skip
    with writing(system("test")) as w:
        assert files.put_in(w, "bad", found) == lists.Change(1, 2)
    reasons = dict(reading.standing(row).values_list("value", "reason"))
    assert reasons == {"a.example": "again", "b.example": "quoted, with comma"}, "the last of two rows counts"


def test_plain_lines_are_a_file_too_and_what_is_written_can_be_read_again(db: None) -> None:
    row = begin("phrases", "texts")
    found = files.read(row, "# what we saw\nfree money\n\n=cmd()\n- 5 off\nvery, nice\n", reason="seen")
    assert (found.bad_count, len(found.entries)) == (0, 4)
    with writing(system("test")) as w:
        files.put_in(w, "phrases", found)
    text = "".join(files.written(lists.by_name("phrases")))
    assert text.splitlines()[0] == "value,reason,expires,added_at,added_by"
    assert "'=cmd()" in text, "no spreadsheet runs it"
    other = begin("again", "texts")
    again = files.read(other, text)
    assert sorted(entry.value for entry in again.entries) == ["- 5 off", "=cmd()", "free money", "very, nice"]
    assert {entry.reason for entry in again.entries} == {"seen"}


def test_a_list_of_another_process_is_seen_when_its_version_is_newer(db: None) -> None:
    begin()
    add("a.example")
    first = lists_in_force.LISTS.table("bad")
    assert lists_in_force.LISTS.table("bad") is first, "nothing is read again"
    add("b.example")
    second = lists_in_force.LISTS.table("bad")
    assert (second.version, second.find("b.example", clock.now())) == (2, "b.example")
    with pytest.raises(NotFound, match="there is no list 'gone'"):
        lists_in_force.LISTS.table("gone")


def someone(*permissions: str) -> Actor:
    scope = Scope(role="r", permissions=frozenset(permissions))
    return Actor(kind="user", id="1", scopes=(scope,))


@pytest.mark.parametrize(
    ("asked", "held", "may"),
    [
        ("list.edit", "list.edit", True), ("list.edit", "rule.edit", True), ("list.edit", "rule.view", False),
        ("rule.enable", "list.edit", False), ("rule.enable", "rule.edit", False), ("rule.enable", "rule.enable", True),
    ],
)  # fmt: skip
def test_a_list_says_which_permission_changes_it(db: None, asked: str, held: str, may: bool) -> None:
    row = begin(edit_permission=asked)
    assert lists.may_edit(someone(held), row) is may


def test_an_unknown_permission_or_distance_is_refused(db: None) -> None:
    with pytest.raises(BadInput, match="no permission"):
        begin(edit_permission="cats")
    with pytest.raises(BadInput, match="from 0 to below 1"):
        begin(kind="bank", distance=1.0)
