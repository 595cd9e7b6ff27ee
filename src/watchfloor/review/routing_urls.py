"""Addresses of the pages of routing and queues."""

from __future__ import annotations

from django.urls import path

from watchfloor.review.pages import queues, routing, routing_backtest, routing_history, routing_rule, routing_try

urlpatterns = [
    path("review/routing", routing.table, name="routing"),
    path("review/routing/rule", routing_rule.edit, name="routing-rule"),
    path("review/routing/try", routing_try.try_case, name="routing-try"),
    path("review/routing/backtest", routing_backtest.backtest, name="routing-backtest"),
    path("review/routing/backtest/progress", routing_backtest.progress, name="routing-progress"),
    path("review/routing/history", routing_history.history, name="routing-history"),
    path("review/routing/export", routing.export, name="routing-export"),
    path("review/queues", queues.index, name="queue-list"),
    path("review/queues/edit", queues.edit, name="queue-edit"),
]
