"""Addresses of the pages of rules and models."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.pages import (
    cluster,
    editor,
    entity,
    events_file,
    files,
    forms,
    investigate,
    label,
    lists,
    new,
    rule,
    rules,
)  # fmt: skip

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
    path("investigate", investigate.investigate, name="investigate"),
    path("investigate/panel/<str:name>", investigate.panel, name="investigate-panel"),
    path("investigate/event/<str:event_id>", investigate.event, name="investigate-event"),
    path("investigate/entity", entity.entity_page, name="investigate-entity"),
    path("investigate/rule", investigate.as_rule, name="investigate-rule"),
    path("investigate/save", investigate.save, name="investigate-save"),
    path("investigate/saved/<uuid:saved_id>/archive", investigate.archive, name="investigate-archive"),
    path("investigate/cluster", cluster.cluster, name="investigate-cluster"),
    path("investigate/label", label.label, name="investigate-label"),
    path("investigate/label/<uuid:batch_id>/undo", label.undo, name="investigate-undo"),
    path("investigate/events", events_file.export, name="investigate-export"),
    path("rules/check", editor.check, name="rule-check"),
    path("rules/complete", editor.suggest, name="rule-complete"),
    path("rules/hover", editor.help_on, name="rule-hover"),
    path("rules/format", editor.shaped, name="rule-format"),
    path("rules/hits", editor.so_far, name="rule-hits"),
    path("rules/try", editor.try_out, name="rule-try"),
    path("rules/form", forms.as_form, name="rule-form"),
    path("rules/form/text", forms.as_text, name="rule-form-text"),
    path("rules/changes", forms.changes, name="rule-changes"),
    path("rules/new", new.new_rule, name="rule-new"),
]
