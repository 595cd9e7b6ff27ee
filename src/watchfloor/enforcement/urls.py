"""Addresses of the enforcement pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.enforcement import pages_notices
from watchfloor.enforcement.pages import (
    actions,
    catalogue,
    controls,
    delivery,
    drift,
    held,
    held_orders,
    standing,
    statement,
)

urlpatterns = [
    path("enforcement", actions.action_list, name="enforcement-actions"),
    path("enforcement/actions/<str:action_id>", actions.action, name="enforcement-action"),
    path("enforcement/held", held.index, name="enforcement-held"),
    path("enforcement/held/many", held.many, name="enforcement-held-many"),
    path("enforcement/held/orders/<uuid:order_id>", held_orders.one, name="enforcement-held-order"),
    path("enforcement/held/orders/<uuid:order_id>/stop", held_orders.stop, name="enforcement-held-stop"),
    path("enforcement/held/orders/<uuid:order_id>/back", held_orders.back, name="enforcement-held-back"),
    path("enforcement/judge", held.judge, name="enforcement-judge"),
    path("enforcement/catalogue", catalogue.index, name="enforcement-catalogue"),
    path("enforcement/catalogue/new", catalogue.kind, name="enforcement-kind-new"),
    path("enforcement/catalogue/<slug:key>", catalogue.kind, name="enforcement-kind"),
    path("enforcement/automation", controls.controls, name="enforcement-automation"),
    path("enforcement/statements/<str:decision_id>", statement.statement, name="enforcement-statement"),
    path("enforcement/accounts/<str:item_id>", standing.standing, name="enforcement-standing"),
    path("enforcement/delivery", delivery.delivery_page, name="enforcement-delivery"),
    path("enforcement/delivery/replay", delivery.replay, name="enforcement-replay"),
    path("enforcement/delivery/now", delivery.try_now, name="enforcement-try-now"),
    path("enforcement/endpoints", delivery.endpoint_add, name="enforcement-endpoint-add"),
    path("enforcement/endpoints/step", delivery.endpoint_step, name="enforcement-endpoint-step"),
    path("enforcement/endpoints/test", delivery.endpoint_test, name="enforcement-endpoint-test"),
    path("enforcement/endpoints/<str:endpoint_id>", delivery.endpoint_edit, name="enforcement-endpoint"),
    path("enforcement/drift", drift.index, name="enforcement-drift"),
    path("enforcement/drift/answer", drift.answer, name="enforcement-drift-answer"),
    path("enforcement/drift/compare", drift.compare, name="enforcement-drift-compare"),
    path("enforcement/notices", pages_notices.log, name="enforcement-notices"),
    path("enforcement/notices/<str:notice_id>", pages_notices.one, name="enforcement-notice"),
    path("enforcement/words", pages_notices.book, name="enforcement-words"),
    path("enforcement/words/<slug:key>/<slug:language>", pages_notices.words, name="enforcement-words-one"),
    path("enforcement/grounds", pages_notices.grounds, name="enforcement-grounds"),
]
