"""Addresses of the pages of rules and models."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.pages import entity, events_file, files, investigate, label, models, rules

urlpatterns = [
    path("rules", rules.rule_list, name="rules"),
    path("rules/name/<str:name>", rules.rule_detail, name="rule-detail"),
    path("rules/files", files.file_list, name="rule-files"),
    path("rules/files/<path:path>", files.rule_file, name="rule-file"),
    path("investigate", investigate.investigate, name="investigate"),
    path("investigate/panel/<str:name>", investigate.panel, name="investigate-panel"),
    path("investigate/event/<str:event_id>", investigate.event, name="investigate-event"),
    path("investigate/entity", entity.entity_page, name="investigate-entity"),
    path("investigate/rule", investigate.as_rule, name="investigate-rule"),
    path("investigate/save", investigate.save, name="investigate-save"),
    path("investigate/saved/<uuid:saved_id>/archive", investigate.archive, name="investigate-archive"),
    path("investigate/label", label.label, name="investigate-label"),
    path("investigate/label/<uuid:batch_id>/undo", label.undo, name="investigate-undo"),
    path("investigate/events", events_file.export, name="investigate-export"),
    path("rules/models", models.model_list, name="models"),
]
