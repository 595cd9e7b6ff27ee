"""Addresses of vendors."""

from __future__ import annotations

from django.urls import path

from watchfloor.vendors.pages import announcements, check_ins, contract, invoices, questions, vendors, visits

urlpatterns = [
    path("vendors", vendors.index, name="vendors"),
    path("announcements", announcements.index, name="announcements"),
    path("announcements/<uuid:announcement_id>", announcements.one, name="announcement"),
    path("vendors/<slug:key>", vendors.scorecard_page, name="vendor"),
    path("vendors/<slug:key>/check-ins", check_ins.index, name="vendor-check-ins"),
    path("vendors/<slug:key>/check-ins/<uuid:check_in_id>", check_ins.one, name="vendor-check-in"),
    path("vendors/<slug:key>/questions", questions.index, name="vendor-questions"),
    path("vendors/<slug:key>/invoices", invoices.index, name="vendor-invoices"),
    path("vendors/<slug:key>/invoices/<uuid:invoice_id>", invoices.one, name="vendor-invoice"),
    path("vendors/<slug:key>/contract", contract.page, name="vendor-contract"),
    path("vendors/<slug:key>/visits", visits.index, name="vendor-visits"),
    path("vendors/<slug:key>/visits/<uuid:visit_id>", visits.one, name="vendor-visit"),
]
