"""Addresses of the policy pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.policy import pages

urlpatterns = [
    path("policies", pages.policy_list, name="policies"),  # the navigation's name for it
    path("policies", pages.policy_list, name="policy-list"),
    path("policies/<slug:key>", pages.policy_detail, name="policy-detail"),
    path("policies/<slug:key>/draft", pages.policy_draft, name="policy-draft"),
    path("policies/<slug:key>/step", pages.policy_step, name="policy-step"),
]
