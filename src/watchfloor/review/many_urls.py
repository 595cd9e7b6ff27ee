"""Addresses of what is done with more than one case: orders, clusters, reporters, accounts, edge cases; included by ``review.urls``."""

from __future__ import annotations

from django.urls import path

from watchfloor.review.pages import accounts, case_steps, clusters, edge, orders, reporters

urlpatterns = [
    path("bulk", orders.index, name="bulk"),
    path("bulk/order", orders.order, name="bulk-order"),
    path("bulk/<uuid:batch_id>", orders.batch, name="bulk-batch"),
    path("bulk/<uuid:batch_id>/reverse", orders.reverse_, name="bulk-reverse"),
    path("clusters", clusters.index, name="clusters"),
    path("clusters/new", clusters.new, name="cluster-new"),
    path("clusters/<uuid:cluster_id>", clusters.detail, name="cluster"),
    path("clusters/<uuid:cluster_id>/drop", clusters.drop, name="cluster-drop"),
    path("reporters", reporters.index, name="reporters"),
    path("reporters/<slug:who>", reporters.detail, name="reporter"),
    path("edge-cases", edge.index, name="edge-cases"),
    path("edge-cases/<uuid:edge_id>/rule", edge.rule, name="edge-rule"),
    path("accounts/<str:item_id>", accounts.detail, name="account"),
    path("cases/<str:case_id>/related", case_steps.related, name="case-related"),
    path("cases/<str:case_id>/step", case_steps.step, name="case-step"),
    path("cases/<str:case_id>/reports", case_steps.mass_reports, name="case-reports"),
]
