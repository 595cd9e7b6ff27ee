"""Addresses of the law pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.law.pages import clocks, keeping, orders, registers, requests, table

urlpatterns = [
    path("law", clocks.index, name="law"),
    path("law/clocks/new", clocks.new, name="law-clock-new"),
    path("law/clocks/<str:clock_id>", clocks.one, name="law-clock"),
    path("law/table", table.index, name="law-table"),
    path("law/table/new", table.rule_new, name="law-rule-new"),
    path("law/table/<str:key>", table.rule, name="law-rule"),
    path("law/calendars/<slug:key>", table.calendar, name="law-calendar"),
    path("law/orders", orders.index, name="law-orders"),
    path("law/orders/new", orders.new, name="law-order-new"),
    path("law/orders/<str:order_id>", orders.one, name="law-order"),
    path("law/orders/<str:order_id>/letter", orders.letter_page, name="law-letter"),
    path("law/authorities", registers.authority_list, name="law-authorities"),
    path("law/authorities/<str:authority_id>", registers.authority, name="law-authority"),
    path("law/flaggers", registers.flagger_list, name="law-flaggers"),
    path("law/flaggers/new", registers.flagger_new, name="law-flagger-new"),
    path("law/flaggers/<str:flagger_id>", registers.flagger, name="law-flagger"),
    path("law/requests", requests.index, name="law-requests"),
    path("law/requests/new", requests.new, name="law-request-new"),
    path("law/requests/<str:request_id>", requests.one, name="law-request"),
    path("law/requests/<str:request_id>/export", requests.export, name="law-request-export"),
    path("law/erasures", requests.erasures, name="law-erasures"),
    path("law/holds", keeping.holds, name="law-holds"),
    path("law/retention", keeping.rules, name="law-retention"),
]
