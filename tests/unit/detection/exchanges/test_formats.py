"""Files of hashes in every format: what is read, what is said of each row that is not, and that nothing is lost on the way back."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.detection.exchanges import formats
from watchfloor.detection.exchanges.formats.rows import HashRow
from watchfloor.kernel.errors import BadInput

PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_columns_go_by_name_and_each_bad_row_has_its_line_and_sentence() -> None:
    found = formats.read(
        (
            "# from a partner\n"
            "Hash,Signal_Type,Tags,expires\n"
            f"{PDQ.upper()},pdq,a;b,2030-12-31\n"
            f"{MD5},video_md5,,\n"
            "abc,pdq,,\n"
            f"{SHA},photodna,,\n"
            f"{MD5},md5,c,\n"
            f"{PDQ},pdq,b|z,soon\n"
        ).encode(),
        "csv",
    )
    assert [(row.kind, row.value, row.tags, row.line) for row in found.rows] == [
        ("pdq", PDQ, ("a", "b"), 3),
        ("md5", MD5, ("c",), 4),
    ]
    assert found.rows[0].expires_at is not None and found.rows[0].expires_at.year == 2030
    assert found.doubles == 1
    assert [(bad.line, bad.problem) for bad in found.bad] == [
        (5, "a value of kind pdq has 64 digits; this has 3."),
        (6, "'photodna' is no kind of entry we know; there are pdq, md5, sha256, video, text, url."),
        (8, "'soon' is no date; write it like 2030-12-31."),
    ]


def test_one_column_for_each_kind_gives_an_entry_for_each_cell() -> None:
    found = formats.read(f"pdq\tmd5\tnote\n{PDQ}\t{MD5}\tcase 7\n\t\tempty\n".encode(), "csv")
    assert [(row.kind, row.evidence) for row in found.rows] == [("pdq", "case 7"), ("md5", "case 7")]
    assert [bad.line for bad in found.bad] == [3]


def test_bare_hashes_are_taken_when_it_is_clear_what_they_are() -> None:
    unclear = formats.read(f"{MD5}\n{SHA}\n".encode(), "csv")
    assert [row.kind for row in unclear.rows] == ["md5"] and "PDQ or a SHA-256" in unclear.bad[0].problem
    assert [row.kind for row in formats.read(f"{SHA}\n{PDQ}\n".encode(), "csv", kind="sha256").rows] == ["sha256"] * 2
    with pytest.raises(BadInput) as wrong:
        formats.read(b"name,age\nx,3\n", "csv")
    assert wrong.value.code == "no_column"


def test_json_lines_go_on_after_a_broken_line() -> None:
    text = (
        json.dumps({"kind": "pdq", "value": PDQ, "tags": ["x"]})
        + "\n{broken\n7\n"
        + json.dumps({"kind": "url", "value": "https://a.example/x"})
    )
    found = formats.read(text.encode(), "jsonl")
    assert [(row.kind, row.line) for row in found.rows] == [("pdq", 1), ("url", 4)]
    assert [bad.line for bad in found.bad] == [2, 3]


def test_a_misp_event_gives_hashes_of_attributes_and_objects_with_tags_and_organisation() -> None:
    event = {
        "Event": {
            "info": "x", "Orgc": {"name": "CERT"}, "Tag": [{"name": "tlp:amber"}],
            "Attribute": [
                {"type": "md5", "value": MD5, "uuid": "u1", "comment": "seen twice"},
                {"type": "filename|sha256", "value": f"a.jpg|{SHA}", "Tag": [{"name": "nude"}]},
                {"type": "ip-dst", "value": "192.0.2.1"},
                {"type": "md5", "value": "no", "uuid": "u2"},
                {"type": "md5", "value": "0" * 32, "deleted": True},
            ],
            "Object": [{"name": "pdq-hash", "Attribute": [{"type": "text", "object_relation": "pdq", "value": PDQ}]}],
        }
    }  # fmt: skip
    found = formats.read(json.dumps({"response": [event]}).encode(), "misp")
    assert [(row.kind, row.tags, row.source) for row in found.rows] == [
        ("md5", ("tlp:amber",), "CERT"), ("sha256", ("tlp:amber", "nude"), "CERT"), ("pdq", ("tlp:amber",), "CERT"),
    ]  # fmt: skip
    assert found.rows[0].evidence == "seen twice" and found.rows[0].source_ref == "u1"
    assert [bad.at for bad in found.bad] == ["Event[0].Attribute[3]"]


def test_withdrawn_records_of_stopncii_are_not_taken() -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["lastModtimestamp", "signalType", "hashValue", "hashStatus", "caseNumbers", "CSPFeedbacks"])
    writer.writerow(
        [1, "ImagePDQ", PDQ, "Active", "", json.dumps([{"source": "A", "feedbackValue": "Blocked", "tags": ["Nude"]}])]
    )
    writer.writerow([2, "VideoMD5", MD5, "Withdrawn", "", ""])
    writer.writerow([3, "VideoTMK", "xx", "Active", "", ""])
    found = formats.read(out.getvalue().encode(), "stopncii-csv")
    assert [(row.kind, row.tags, row.source_ref) for row in found.rows] == [("pdq", ("Nude",), f"ImagePDQ:{PDQ}")]
    assert [(bad.line, bad.problem) for bad in found.bad] == [
        (3, "StopNCII says that it is withdrawn; it is not taken."),
        (4, "'VideoTMK' is no kind of entry we know; there are pdq, md5, sha256, video, text, url."),
    ]


def test_contents_of_hma_give_an_entry_for_each_signal() -> None:
    content = {
        "id": 7,
        "signals": {"pdq": PDQ, "video_md5": MD5},
        "note": "n",
        "metadata": {"content_id": "c-1", "collab": {"FB": ["k"]}},
    }
    found = formats.read(json.dumps(content).encode() + b'\n{"id": 8}\n', "hma")
    assert [(row.kind, row.source, row.source_ref, row.evidence) for row in found.rows] == [
        ("pdq", "FB", "c-1", "n"),
        ("md5", "FB", "c-1", "n"),
    ]
    assert found.bad[0].problem == "it has no signals."


def test_what_is_no_such_file_says_so() -> None:
    for data, format, code in (
        (b"{", "json", "bad_json"), (b"{}", "misp", "no_event"), (b"\0\0\0", "csv", "no_text"), (b"x", "xls", "unknown_format"),
        (b"a,b\n", "stopncii-csv", "no_column"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as wrong:
            formats.read(data, format)
        assert wrong.value.code == code


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("a.csv", b"kind,value\n", "csv"), ("a.json", b'[{"kind": 1}]', "json"), ("a.jsonl", b'{"kind": "pdq"}\n', "jsonl"),
        ("a.json", b'{"Event": {}}', "misp"), ("a.csv", b"lastModtimestamp,hashValue\n", "stopncii-csv"),
        ("x", b'{"id": 1, "signals": {}}\n{"id": 2, "signals": {}}\n', "hma"), ("x", b"", "csv"),
    ],
)  # fmt: skip
def test_the_format_is_guessed_from_name_and_beginning(name: str, data: bytes, format: str) -> None:
    assert formats.guess(name, data) == format


_words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=20).map(str.strip)
_digits = st.text("0123456789abcdef", min_size=64, max_size=64)
_rows = st.builds(
    HashRow,
    kind=st.just("pdq"),
    value=_digits,
    tags=st.lists(st.sampled_from(["a", "tlp:amber", "=1+1"]), unique=True).map(tuple),
    evidence=_words,
    source=st.sampled_from(["", "NCMEC"]),
    source_ref=st.sampled_from(["", "42-image1"]),
) | st.builds(HashRow, kind=st.just("md5"), value=_digits.map(lambda digits: digits[:32]), evidence=_words)


@given(
    st.lists(_rows, max_size=8, unique_by=lambda row: (row.kind, row.value)), st.sampled_from(["csv", "json", "jsonl"])
)
def test_what_is_written_is_read_back_the_same(rows: list[HashRow], format: str) -> None:
    text = "".join(formats.written(rows, format, title="B"))
    back = formats.read(text.encode(), format)
    assert not back.bad
    assert [(r.kind, r.value, r.tags, r.evidence, r.source, r.source_ref) for r in back.rows] == [
        (r.kind, r.value, r.tags, r.evidence, r.source, r.source_ref) for r in rows
    ]


@given(
    st.lists(_rows, min_size=1, max_size=8, unique_by=lambda row: (row.kind, row.value)),
    st.sampled_from(["misp", "hma", "stopncii-csv"]),
)
def test_formats_of_others_keep_every_hash(rows: list[HashRow], format: str) -> None:
    back = formats.read("".join(formats.written(rows, format, title="B")).encode(), format)
    assert not back.bad and {(r.kind, r.value) for r in back.rows} == {(r.kind, r.value) for r in rows}
