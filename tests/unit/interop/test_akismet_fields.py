"""Comments as forms bring them: what is read, what is settled without a look, what is missing."""

from __future__ import annotations

from watchfloor.interop.akismet.fields import LONGEST, comment_of


def test_all_that_may_be_spam_is_read() -> None:
    comment = comment_of(
        {
            "comment_author": "Ann",
            "comment_author_url": "http://x.example",
            "comment_content": "hello",
            "user_ip": "192.0.2.1",
        }
    )
    assert comment.text == "Ann\nhttp://x.example\nhello"
    assert comment.sender == "192.0.2.1"
    assert comment.settled is None


def test_the_sender_is_an_address_where_there_is_one() -> None:
    assert comment_of({"comment_author_email": " Ann@X.example ", "user_ip": "192.0.2.1"}).sender == "ann@x.example"


def test_what_needs_no_look() -> None:
    assert comment_of({"user_role": "administrator", "comment_author": "viagra-test-123"}).settled is False
    assert comment_of({"comment_author": "viagra-test-123"}).settled is True
    assert comment_of({"comment_author_email": "akismet-guaranteed-spam@example.com"}).settled is True
    assert comment_of({"honeypot_field_name": "extra", "extra": "filled"}).settled is True
    assert comment_of({"honeypot_field_name": "extra", "extra": ""}).settled is None


def test_an_endless_comment_is_cut() -> None:
    assert len(comment_of({"comment_content": "x" * 1_000_000}).text) == LONGEST
