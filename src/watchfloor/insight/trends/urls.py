"""Addresses of topics, prevalence, over-enforcement and automation."""

from __future__ import annotations

from django.urls import path

from watchfloor.insight.trends.pages import quality, studies, study, topics

urlpatterns = [
    path("insight/topics", topics.index, name="insight-topics"),
    path("insight/topics/<slug:key>", topics.one, name="insight-topic"),
    path("insight/prevalence", studies.index, name="insight-prevalence"),
    path("insight/prevalence/new", studies.new, name="study-new"),
    path("insight/prevalence/<uuid:study_id>", study.one, name="study"),
    path("insight/prevalence/<uuid:study_id>/label", study.label, name="study-label"),
    path("insight/prevalence/units/<uuid:unit_id>/seen", study.seen, name="study-seen"),
    path("insight/prevalence/units/<uuid:unit_id>/revealed", study.revealed, name="study-revealed"),
    path("insight/over-enforcement", quality.over, name="insight-over"),
    path("insight/automation", quality.automation, name="insight-automation"),
]
