"""Checkpoints are C2SP signed notes: other people's notes verify here, and changed ones do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.checkpoint import Checkpoint, Signer, Verifier, open_note

# The example of Go's golang.org/x/mod/sumdb/note documentation, the format's first implementation (BSD-3-Clause).
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT + "\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The published key of the Go checksum database, a log that has run since 2019.
SUMDB_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

SIGNER = Signer.from_seed("floor.example", bytes(range(32)))
OTHER = Signer.from_seed("witness.example", bytes(32))
CHECKPOINT = Checkpoint("floor.example/ledger", 12481, bytes(range(32)))


def test_a_note_signed_by_others_opens() -> None:
    assert open_note(GO_NOTE, [Verifier.parse(GO_KEY)]) == (GO_TEXT, ["PeterNeumann"])


@pytest.mark.parametrize("vkey", [GO_KEY, SUMDB_KEY])
def test_published_keys_are_read_and_written(vkey: str) -> None:
    assert Verifier.parse(vkey).vkey == vkey


def test_a_key_whose_id_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput, match="does not belong"):
        Verifier.parse(GO_KEY.replace("c74f20a3", "c74f20a4"))


def test_the_text_is_three_lines() -> None:
    assert CHECKPOINT.text == "floor.example/ledger\n12481\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


def test_a_signed_checkpoint_reads_back_and_witnesses_may_cosign() -> None:
    note = CHECKPOINT.signed(SIGNER, OTHER)
    for verifiers in ([SIGNER.verifier], [OTHER.verifier], [SIGNER.verifier, OTHER.verifier]):
        assert Checkpoint.verify(note, verifiers, origin="floor.example/ledger") == CHECKPOINT
    assert open_note(note, [SIGNER.verifier, OTHER.verifier])[1] == ["floor.example", "witness.example"]


def test_an_extension_line_is_kept() -> None:
    checkpoint = Checkpoint("o", 0, bytes(32), ("time 2026-01-01",))
    assert Checkpoint.verify(checkpoint.signed(SIGNER), [SIGNER.verifier]) == checkpoint


def test_another_logs_checkpoint_and_an_unknown_signer_are_refused() -> None:
    note = CHECKPOINT.signed(SIGNER)
    with pytest.raises(BadInput, match="not of elsewhere"):
        Checkpoint.verify(note, [SIGNER.verifier], origin="elsewhere")
    with pytest.raises(BadInput, match="No key that is known"):
        Checkpoint.verify(note, [OTHER.verifier])
    stranger = Signer.from_seed("floor.example", bytes([7]) * 32)
    with pytest.raises(BadInput, match="No key that is known"):
        Checkpoint.verify(note, [stranger.verifier])


@given(st.data())
def test_any_changed_character_is_noticed(data: st.DataObject) -> None:
    note = CHECKPOINT.signed(SIGNER)
    spot = data.draw(st.integers(0, len(note) - 1))
    char = data.draw(st.characters(codec="utf-8").filter(lambda c: c != note[spot]))
    changed = note[:spot] + char + note[spot + 1 :]
    try:
        found = Checkpoint.verify(changed, [SIGNER.verifier])
    except BadInput:
        return
    raise AssertionError(f"accepted {changed!r} as {found}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n",
        "o\n1\n",
        "o\n01\nAAAA\n",
        "o\n-1\nAAAA\n",
        "o\n1\nAAAA\n",
        "o\n1\n!!!!\n",
        "\n1\n" + "A" * 43 + "=\n",
        "o\n1\n" + "A" * 43 + "=",
        "o\n1\n" + "A" * 43 + "=\n\n",
        "o\n1e3\n" + "A" * 43 + "=\n",
        "o\n٣\n" + "A" * 43 + "=\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no signature\n",
        "text\n\n",
        "text\n\nnot a signature\n",
        "text\n\n\u2014 floor.example\n",
        "text\n\n\u2014 floor.example AAAA\n",
        "text\n\n\u2014 floor.example !!\n",
        "te\txt\n\n\u2014 floor.example AAAAAAAAAA==\n",
        CHECKPOINT.signed(SIGNER).rstrip("\n"),
        CHECKPOINT.text + "\n" + SIGNER.sign(CHECKPOINT.text) * 101,
    ],
)
def test_a_malformed_note_is_refused(note: str) -> None:
    with pytest.raises(BadInput):
        open_note(note, [SIGNER.verifier])


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\tbed"])
def test_a_name_that_would_break_the_format_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        Signer.from_seed(name, bytes(32))
