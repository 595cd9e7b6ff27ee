"""Addresses of the enforcement pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.enforcement import pages, pages_notices

urlpatterns = [
    path("enforcement", pages.action_list, name="enforcement-actions"),
    path("enforcement/judge", pages.judge, name="enforcement-judge"),
    path("enforcement/delivery", pages.delivery_page, name="enforcement-delivery"),
    path("enforcement/delivery/replay", pages.replay, name="enforcement-replay"),
    path("enforcement/delivery/now", pages.try_now, name="enforcement-try-now"),
    path("enforcement/notices", pages_notices.log, name="enforcement-notices"),
    path("enforcement/notices/<str:notice_id>", pages_notices.one, name="enforcement-notice"),
    path("enforcement/words", pages_notices.book, name="enforcement-words"),
    path("enforcement/words/<slug:key>/<slug:language>", pages_notices.words, name="enforcement-words-one"),
    path("enforcement/grounds", pages_notices.grounds, name="enforcement-grounds"),
    path("enforcement/endpoints", pages.endpoint_add, name="enforcement-endpoint-add"),
    path("enforcement/endpoints/step", pages.endpoint_step, name="enforcement-endpoint-step"),
]
