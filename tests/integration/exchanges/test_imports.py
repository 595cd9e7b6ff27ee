"""Files into a bank: looked at, taken in, taken back as a whole; what was there before stays, and nothing of the file is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.support.exchanges import pdq

from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges import formats, imports
from watchfloor.detection.exchanges.models import Import, ImportFile
from watchfloor.identity.domain import system
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger import sequencer
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing

Standing = Callable[[], set[str]]


def look_at(bank: Bank, text: str, name: str = "list.csv") -> Import:
    with writing(system("test")) as w:
        return imports.prepare(w, bank, name, text.encode())


def test_a_file_is_shown_taken_in_and_taken_back_as_a_whole(bank: Bank, standing: Standing) -> None:
    with writing(system("test")) as w:
        imports.take_in(w, look_at(bank, f"kind,value\npdq,{pdq(1)}\n"))
    text = f"kind,value,tags,expires\npdq,{pdq(1)},,\npdq,{pdq(2)},a;b,\nmd5,xx,,\nmd5,{'a' * 32},,2020-01-01\npdq,{pdq(2)},,\n"
    load = look_at(bank, text)
    assert (load.new, load.known, load.bad, load.doubles) == (1, 1, 2, 1)
    assert standing() == {pdq(1)}
    assert [(bad.line, bad.problem) for bad in imports.bad_rows(load)] == [
        (4, "a value of kind md5 is made of hexadecimal digits only."),
        (5, "its end has passed."),
    ]
    with writing(system("test")) as w:
        done = imports.take_in(w, load)
    assert (done.state, done.new, done.known, standing()) == ("done", 1, 1, {pdq(1), pdq(2)})
    assert Entry.objects.get(value=pdq(2)).tags == ["a", "b"]
    with pytest.raises(Conflict), writing(system("test")) as w:
        imports.take_in(w, load)
    with writing(system("test")) as w:
        undone = imports.take_back(w, load, "the wrong list")
    assert (undone.taken_out, standing()) == (1, {pdq(1)})
    assert ImportFile.objects.get(load=load).rows is None and len(imports.bad_rows(load)) == 2
    sequencer.sequence()
    assert check().differences == []


def test_a_bank_goes_out_in_every_format_and_comes_back_the_same(bank: Bank, standing: Standing) -> None:
    with writing(system("test")) as w:
        imports.take_in(w, look_at(bank, f"kind,value,tags\npdq,{pdq(1)},x\nmd5,{'a' * 32},\n"))
    for format in formats.FORMATS:
        back = formats.read("".join(imports.exported(bank, format)).encode(), format)
        assert {row.value for row in back.rows} == standing() and not back.bad, format
    with writing(system("test")) as w:
        imports.note_export(w, bank, "csv")


def test_a_file_that_is_put_away_changes_nothing(bank: Bank, standing: Standing) -> None:
    load = look_at(bank, f'{{"kind": "pdq", "value": "{pdq(1)}"}}\n', "list.jsonl")
    assert load.format == "jsonl"
    with writing(system("test")) as w:
        imports.drop(w, load)
    assert standing() == set() and Import.objects.get().state == "dropped"
