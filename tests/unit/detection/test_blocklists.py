"""Blocklists of the Fediverse: Mastodon's export, FediBlockHole's, and what is none."""

from __future__ import annotations

from watchfloor.detection.lists import blocklists

MASTODON = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,FALSE,TRUE,iftas:hate-speech;online-harassment,TRUE
,,,,,
"quoted.example",silence,TRUE,FALSE,"a, b",FALSE
"""
HOLE = """"domain","severity","reject_media","reject_reports","private_comment","public_comment","obfuscate"
"x.example","suspend",True,True,,,True
"""


def test_both_shapes_are_read_with_why() -> None:
    assert list(blocklists.rows(MASTODON) or ()) == [
        (2, "bad.example", "suspend, rejects reports; iftas:hate-speech;online-harassment", ""),
        (4, "quoted.example", "silence, rejects media; a, b", ""),
    ]
    assert list(blocklists.rows("\n" + HOLE) or ()) == [(3, "x.example", "suspend, rejects media, rejects reports", "")]


def test_what_is_none_is_left_to_others() -> None:
    for text in (
        "",
        "a.example\nb.example\n",
        "value,reason\na,b\n",
        "# domain severity\na.example\n",
        "domain\na.example\n",
    ):
        assert blocklists.rows(text) is None
