"""A comment as the protocol sends it: form fields, of which only the address of the commenter is required."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

LONGEST = 64 * 1024  # characters of a comment that are looked at
TEST_SPAM_AUTHOR = "viagra-test-123"  # with which the protocol lets plug-ins try out "spam"
TEST_SPAM_EMAIL = "akismet-guaranteed-spam@example.com"
SITE_OWNER = "administrator"


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about.

    Attributes:
        text: author, their link and the comment, in this order: spam hides in any of them.
        sender: the e-mail address, or else the IP address, of who wrote it.
        trapped: the hidden field that only programs fill in was filled in.
    """

    text: str
    sender: str = ""
    author: str = ""
    email: str = ""
    link: str = ""
    kind: str = ""
    role: str = ""
    trapped: bool = False
    test: bool = False

    @property
    def settled(self) -> bool | None:
        """What needs no look: the owner's own words are none, the test's author and a trapped program are spam."""
        if self.role == SITE_OWNER:
            return False
        if self.author == TEST_SPAM_AUTHOR or self.email == TEST_SPAM_EMAIL or self.trapped:
            return True
        return None


def comment_of(form: Mapping[str, str]) -> Comment:
    """The comment of a form; what is missing is empty."""
    trap = form.get("honeypot_field_name", "")
    author, link = form.get("comment_author", ""), form.get("comment_author_url", "")
    parts = (author, link, form.get("comment_content", ""))
    email = form.get("comment_author_email", "").strip()
    return Comment(
        text="\n".join(part.strip() for part in parts if part.strip())[:LONGEST],
        sender=email.lower() or form.get("user_ip", ""), author=author, email=email, link=link,
        kind=form.get("comment_type", ""), role=form.get("user_role", ""), trapped=bool(trap and form.get(trap)),
        test=form.get("is_test", "").strip().lower() in {"1", "true"},
    )  # fmt: skip


def data_of(comment: Comment) -> dict[str, str]:
    """What rules may read beside the text."""
    return {"author_name": comment.author, "author_link": comment.link, "comment_type": comment.kind}
