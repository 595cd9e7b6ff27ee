"""Addresses of improvements."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.improvements.pages import box, proposal, proposals, suggestions

urlpatterns = [
    path("programme/suggest", box.page, name="programme-suggest"),
    path("programme/suggest/alike", box.alike, name="programme-suggest-alike"),
    path("programme/suggestions", suggestions.index, name="programme-suggestions"),
    path("programme/suggestions/<uuid:suggestion_id>", suggestions.one, name="programme-suggestion"),
    path("programme/proposals", proposals.index, name="programme-proposals"),
    path("programme/proposals/<uuid:proposal_id>", proposal.page, name="programme-proposal"),
    path("programme/tool-bugs", proposals.bugs, name="programme-tool-bugs"),
]
