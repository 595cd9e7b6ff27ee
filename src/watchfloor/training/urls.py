"""Addresses of the training pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.training.pages import (
    bank,
    cohorts,
    exams,
    judging,
    learner,
    loop,
    paths,
    people,
    practice,
    records,
    units,
)

urlpatterns = [
    path("training", learner.home, name="training"),
    path("training/feedback", learner.feedback, name="training-feedback"),
    path("training/policies/<slug:key>", learner.article, name="training-article"),
    path("training/practice/<slug:key>", practice.case, name="training-practice"),
    path("training/practice/<slug:key>/<uuid:answer_id>", practice.said, name="training-said"),
    path("training/exams/<slug:key>", exams.rules, name="training-exam"),
    path("training/sittings/<uuid:sitting_id>", exams.sitting, name="training-sitting"),
    path("training/sittings/<uuid:sitting_id>/<int:number>", exams.question, name="training-question"),
    path("training/people", people.certified, name="training-people"),
    path("training/people/<slug:vendor>", people.of_vendor, name="training-people-of"),
    path("training/bank", bank.banks, name="training-bank"),
    path("training/bank/<slug:key>", bank.items, name="training-items"),
    path("training/bank/<slug:key>/new", bank.new, name="training-item-new"),
    path("training/bank/<slug:key>/exam", bank.exam, name="training-exam-edit"),
    path("training/bank/<slug:key>/bar", judging.bar, name="training-bar"),
    path("training/extra-time", judging.extra_time, name="training-extra-time"),
    path("training/items/<uuid:item_id>", bank.item, name="training-item"),
    path("training/units", units.index, name="training-units"),
    path("training/units/new", units.new, name="training-unit-new"),
    path("training/units/making/<uuid:version_id>", units.progress, name="training-making"),
    path("training/units/products/<uuid:version_id>/<slug:kind>", units.product, name="training-product"),
    path("training/units/<slug:key>/<slug:language>", units.one, name="training-unit"),
    path("training/units/<slug:key>/<slug:language>/changes", units.changes, name="training-unit-changes"),
    path("training/cohorts", cohorts.index, name="training-cohorts"),
    path("training/cohorts/new", cohorts.new, name="training-cohort-new"),
    path("training/cohorts/<uuid:cohort_id>", cohorts.one, name="training-cohort"),
    path("training/sessions/<uuid:session_id>", cohorts.session, name="training-session"),
    path("training/sessions/<uuid:session_id>.ics", cohorts.invite, name="training-invite"),
    path("training/trainers", cohorts.trainers, name="training-trainers"),
    path("training/misled", loop.clauses, name="training-misled"),
    path("training/onboarding", paths.index, name="training-onboarding"),
    path("training/onboarding/new", paths.new, name="training-path-new"),
    path("training/onboarding/<uuid:path_id>", paths.one, name="training-path"),
    path("training/onboarding/<uuid:path_id>/change", paths.change, name="training-path-edit"),
    path("training/onboarding/<uuid:path_id>/read", paths.read, name="training-path-read"),
    path("training/records", records.page, name="training-records"),
    path("training/outcomes", loop.came_to, name="training-outcomes"),
]
