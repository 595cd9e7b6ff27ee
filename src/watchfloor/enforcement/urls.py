"""Addresses of the enforcement pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.enforcement import pages

urlpatterns = [
    path("enforcement", pages.action_list, name="enforcement-actions"),
    path("enforcement/judge", pages.judge, name="enforcement-judge"),
    path("enforcement/delivery", pages.delivery_page, name="enforcement-delivery"),
    path("enforcement/delivery/replay", pages.replay, name="enforcement-replay"),
    path("enforcement/delivery/now", pages.try_now, name="enforcement-try-now"),
    path("enforcement/endpoints", pages.endpoint_add, name="enforcement-endpoint-add"),
    path("enforcement/endpoints/step", pages.endpoint_step, name="enforcement-endpoint-step"),
]
