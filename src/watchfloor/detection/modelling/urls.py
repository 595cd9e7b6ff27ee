"""Addresses of the pages of models."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.modelling.pages import index, judges, one, steps

urlpatterns = [
    path("policy-models", judges.index, name="policy-models"),
    path("policy-models/<slug:key>/replay", judges.replay, name="policy-model-replay"),
    path("models", index.index, name="models"),
    path("rules/models", index.moved, name="models-moved"),
    path("models.csv", index.index_csv, name="models-csv"),
    path("models/<slug:policy>", one.model, name="model"),
    path("models/<slug:policy>/live", steps.put_live, name="model-live"),
    path("models/<slug:policy>/sample", steps.sample, name="model-sample"),
    path("models/<slug:policy>/resume", steps.resume, name="model-resume"),
]
