"""Addresses of the pages of rules and models."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.pages import files, lists, models, rules

urlpatterns = [
    path("rules", rules.rule_list, name="rules"),
    path("rules/name/<str:name>", rules.rule_detail, name="rule-detail"),
    path("rules/files", files.file_list, name="rule-files"),
    path("rules/files/<path:path>", files.rule_file, name="rule-file"),
    path("rules/lists", lists.list_index, name="lists"),
    path("rules/lists/<str:name>", lists.list_detail, name="list-detail"),
    path("rules/lists/<str:name>/csv", lists.list_csv, name="list-csv"),
    path("rules/models", models.model_list, name="models"),
]
