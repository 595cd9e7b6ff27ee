"""Questions in the formats of others, out and in again the same; what cannot be read is told; statements of what people did."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import files, moodle, qti, xapi
from watchfloor.training.domain.files import Draft
from watchfloor.training.domain.units import Stamp

FINDINGS = ("spam.bulk", "spam.links", "clean")
STAMP = Stamp("spam", 3, "ab" * 32)
_LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Zs", "Cn", "Co")), min_size=1, max_size=20
)
_OPTION = _LINE.filter(lambda text: not text.startswith("%") and "." not in text)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Questions and cases with signs of every format in them."""
    options = tuple(draw(st.lists(_OPTION, min_size=2, max_size=5, unique=True)))
    judged = draw(st.booleans())
    text = "\n".join(draw(st.lists(_LINE, min_size=1, max_size=3)))
    content = {"text": text} if judged else {"question": draw(_LINE)} | ({"text": text} if draw(st.booleans()) else {})
    content |= draw(st.sampled_from([{}, {"language": "pt-BR"}, {"clause": "5.1 DE", "language": "ja"}]))
    return Draft(
        key=draw(st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,20}[a-z0-9]", fullmatch=True)), topic=draw(st.sampled_from([*FINDINGS, "general"])),
        content=content, options=() if judged else options, answer=FINDINGS[1] if judged else draw(st.sampled_from(options)),
        why=draw(_LINE), difficulty=draw(st.integers(1, 3)),
    )  # fmt: skip


def _gift(draft: Draft) -> list[Draft]:
    return files.read_gift(files.write_gift([draft], FINDINGS))


def _moodle(draft: Draft) -> list[Draft]:
    return moodle.read(moodle.write([draft], FINDINGS, stamp=STAMP).encode())


def _qti(draft: Draft) -> list[Draft]:
    return qti.read(qti.package([draft], FINDINGS, name="x", title="X <&> Y", stamp=STAMP, minutes=20))


@pytest.mark.parametrize("way", [_gift, _moodle, _qti, lambda draft: files.read_csv(files.write_csv([draft]))])
@given(drafts())
def test_what_goes_out_comes_in_the_same(way: Callable[[Draft], list[Draft]], draft: Draft) -> None:
    if any("|" in option for option in draft.options):
        return  # CSV keeps options apart by it
    assert way(draft) == [draft]


def test_questions_that_others_wrote() -> None:
    html = "&lt;p&gt;Is &lt;b&gt;this&lt;/b&gt; it?&lt;/p&gt;&lt;script&gt;no()&lt;/script&gt;&lt;ul&gt;&lt;li&gt;one&lt;/li&gt;&lt;/ul&gt;"
    bank = f"""<quiz><question type="category"><category><text>c</text></category></question>
<question type="truefalse"><name><text>My question!</text></name><questiontext format="html"><text>{html}</text></questiontext>
<answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question></quiz>"""
    (one,) = moodle.read(bank.encode())
    assert (one.key, one.content, one.options, one.answer, one.why) == (
        "my-question", {"question": "Is this it?\none"}, ("true", "false"), "false", "")  # fmt: skip

    item = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="Q1" title="t"
adaptive="false" timeDependent="false"><responseDeclaration identifier="R" cardinality="single" baseType="identifier">
<correctResponse><value>B</value></correctResponse></responseDeclaration>
<itemBody><div><p>First line.</p><p>Then <choiceInteraction responseIdentifier="R" maxChoices="1" shuffle="false">
<simpleChoice identifier="A"><p>a</p></simpleChoice>
<simpleChoice identifier="B">b <strong>c</strong></simpleChoice></choiceInteraction> this.</p></div></itemBody></assessmentItem>"""
    (one,) = qti.read(item.encode("utf-16"))
    assert (one.key, one.content, one.options, one.answer) == (
        "q1",
        {"question": "First line.\nThen this."},
        ("a", "b c"),
        "b c",
    )
    assert files.read_gift("::t::It is {TRUE#no#yes}")[0].answer == "True"


def _packed(name: str, body: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, body)
    return target.getvalue()


@pytest.mark.parametrize(
    ("read", "data", "code"),
    [
        (moodle.read, b"<!DOCTYPE q [<!ENTITY a 'aaaa'>]><quiz>&a;</quiz>", "document_type"),
        (moodle.read, "<!DOCTYPE q><quiz/>".encode("utf-16"), "document_type"),
        (moodle.read, b"<a>" * 500, "too_deep"),
        (moodle.read, b"<quiz>", "bad_xml"),
        (moodle.read, b"<?xml version='1.0' encoding='klingon'?><quiz/>", "bad_xml"),
        (moodle.read, b"", "bad_xml"),
        (moodle.read, b"<html/>", "no_quiz"),
        (moodle.read, b"<quiz/>", "no_items"),
        (moodle.read, b'<quiz><question type="essay"/></quiz>', "not_choice"),
        (qti.read, b"PK\x03\x04 and no more", "bad_zip"),
        (qti.read, _packed("a.txt", "x"), "no_items"),
        (qti.read, _packed("a.xml", "<a"), "bad_xml"),
        (qti.read, _packed("a.xml", " " * 60_000_000), "too_large"),
        (qti.read, b'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"/>', "no_item"),
        (
            qti.read,
            b'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"><itemBody/></assessmentItem>',
            "not_choice",
        ),
    ],
)
def test_what_cannot_be_read_is_told(read: Callable[[bytes], object], data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(data)
    assert caught.value.code == code


@given(st.binary(max_size=200))
def test_bytes_never_break_the_readers(data: bytes) -> None:
    for read in (moodle.read, qti.read, lambda given: qti.read(b"PK" + given)):
        with pytest.raises(BadInput):
            read(data)


def test_statements_name_nobody_and_say_it_once() -> None:
    place = xapi.Place(home="https://floor.example/", secret=b"s")
    sitting = xapi.Sitting(id=UUID(int=7), person="ann@example.org", stamp=STAMP, name="Spam", language="en")
    at = datetime(2030, 5, 1, 12, tzinfo=UTC)
    said = [
        xapi.answered(place, sitting, item="spam.q1", options=4, given=0, right=2, at=at, took=timedelta(seconds=75.5)),
        xapi.finished(place, sitting, right=7, total=8, passed=True, at=at, took=timedelta(hours=1)),
        xapi.completed(place, sitting, at=at),
    ]
    assert [each["verb"]["display"]["en"] for each in said] == ["answered", "passed", "completed"]
    assert (said[0]["result"]["duration"], said[1]["result"]["duration"]) == ("PT1M15.5S", "PT1H0S")
    assert said[0]["result"] == {"success": False, "response": "c1", "duration": "PT1M15.5S"}
    assert said[1]["result"]["score"] == {"scaled": 0.875, "raw": 7, "min": 0, "max": 8}
    assert b"ann" not in xapi.lines(said) and "agent" not in json.dumps(said)
    assert len({each["actor"]["account"]["name"] for each in said}) == 1
    other = xapi.account(xapi.Place(home=place.home, secret=b"t"), "ann@example.org")
    assert other != said[0]["actor"]["account"]["name"]
    again = xapi.finished(place, sitting, right=7, total=8, passed=True, at=at + timedelta(days=1))
    assert again["id"] == said[1]["id"] and len({each["id"] for each in said}) == 3
    with pytest.raises(BadInput):
        xapi.finished(place, sitting, right=9, total=8, passed=True, at=at)
    with pytest.raises(BadInput):
        xapi.completed(place, sitting, at=datetime(2030, 5, 1))  # noqa: DTZ001
