"""Addresses of the training pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.training.pages import bank, exams, learner, people, practice

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
    path("training/items/<uuid:item_id>", bank.item, name="training-item"),
]
