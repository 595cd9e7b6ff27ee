"""Addresses of the pages of rules and models."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.pages import files, lists, models, rule, rules

urlpatterns = [
    path("rules", rules.rule_list, name="rules"),
    path("rules.csv", rules.rule_csv, name="rules-csv"),
    path("rules/name/<str:name>", rule.rule_detail, name="rule-detail"),
    path("rules/name/<str:name>/backtest", rule.backtest_progress, name="rule-backtest"),
    path("rules/files", files.file_list, name="rule-files"),
    path("rules/files/<path:path>", files.rule_file, name="rule-file"),
    path("rules/lists", lists.list_index, name="lists"),
    path("rules/lists/<str:name>", lists.list_detail, name="list-detail"),
    path("rules/lists/<str:name>/csv", lists.list_csv, name="list-csv"),
    path("rules/models", models.model_list, name="models"),
]
