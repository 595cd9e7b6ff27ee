"""Addresses of the pages of rules and models."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.pages import editor, files, forms, lists, models, new, rules

urlpatterns = [
    path("rules", rules.rule_list, name="rules"),
    path("rules/name/<str:name>", rules.rule_detail, name="rule-detail"),
    path("rules/files", files.file_list, name="rule-files"),
    path("rules/files/<path:path>", files.rule_file, name="rule-file"),
    path("rules/lists", lists.list_index, name="lists"),
    path("rules/lists/<str:name>", lists.list_detail, name="list-detail"),
    path("rules/lists/<str:name>/csv", lists.list_csv, name="list-csv"),
    path("rules/check", editor.check, name="rule-check"),
    path("rules/complete", editor.suggest, name="rule-complete"),
    path("rules/hover", editor.help_on, name="rule-hover"),
    path("rules/try", editor.try_out, name="rule-try"),
    path("rules/form", forms.as_form, name="rule-form"),
    path("rules/form/text", forms.as_text, name="rule-form-text"),
    path("rules/changes", forms.changes, name="rule-changes"),
    path("rules/new", new.new_rule, name="rule-new"),
    path("rules/models", models.model_list, name="models"),
]
