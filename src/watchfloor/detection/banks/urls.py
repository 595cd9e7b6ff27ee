"""Addresses of banks."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.banks.pages import bench, details, index, looking, one, searches

urlpatterns = [
    path("banks", index.index, name="banks"),
    path("banks.csv", index.index_csv, name="banks-csv"),
    path("banks/floods", index.floods, name="bank-floods"),
    path("banks/entries/<uuid:entry_id>", details.entry, name="bank-entry"),
    path("banks/matches/<uuid:match_id>", details.match, name="bank-match"),
    path("banks/looking/<uuid:about>/seen", looking.seen, name="bank-seen"),
    path("banks/looking/<uuid:about>/revealed", looking.revealed, name="bank-revealed"),
    path("banks/searches/<uuid:search_id>", searches.search, name="bank-search"),
    path("banks/from/<str:case_id>", searches.from_case, name="bank-from"),
    path("banks/bench/<uuid:decision_id>", bench.bank_it, name="bank-bench"),
    path("banks/of/<slug:key>", one.entries, name="bank"),
    path("banks/of/<slug:key>/csv", one.entries_csv, name="bank-csv"),
    path("banks/of/<slug:key>/matches", one.matches, name="bank-matches"),
    path("banks/of/<slug:key>/settings", one.settings, name="bank-settings"),
]
