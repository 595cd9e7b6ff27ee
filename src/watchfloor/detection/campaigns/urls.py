"""Addresses of campaigns."""

from __future__ import annotations

from django.urls import path

from watchfloor.detection.campaigns.pages import complete, files, index, one, rings, taking

urlpatterns = [
    path("campaigns", index.index, name="campaigns"),
    path("campaigns.csv", index.index_csv, name="campaigns-csv"),
    path("campaigns/rings", rings.ring_list, name="rings"),
    path("campaigns/rings/<uuid:ring_id>", rings.ring, name="ring"),
    path("campaigns/<uuid:campaign_id>", one.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/cluster", taking.cluster, name="campaign-cluster"),
    path("campaigns/<uuid:campaign_id>/complete", complete.complete, name="campaign-complete"),
    path("campaigns/<uuid:campaign_id>/csv", files.as_csv, name="campaign-csv"),
    path("campaigns/<uuid:campaign_id>/json", files.as_json, name="campaign-json"),
]
