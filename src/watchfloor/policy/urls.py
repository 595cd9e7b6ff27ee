"""Addresses of the policy pages and of the register of claims."""

from __future__ import annotations

from django.urls import path

from watchfloor.policy.pages import (
    claims,
    detail,
    diff,
    editor,
    frame,
    lists,
    overlays,
    precedents,
    publish,
    reasons,
    translations,
)

urlpatterns = [
    path("policies", lists.policy_list, name="policies"),  # the navigation's name for it
    path("policies", lists.policy_list, name="policy-list"),
    path("policies/new", frame.new, name="policy-new"),
    path("policies/<slug:key>", detail.policy_detail, name="policy-detail"),
    path("policies/<slug:key>/frame", frame.frame, name="policy-frame"),
    path("policies/<slug:key>/write", editor.write, name="policy-write"),
    path("policies/<slug:key>/diff", diff.policy_diff, name="policy-diff"),
    path("policies/<slug:key>/overlays", overlays.policy_overlays, name="policy-overlays"),
    path("policies/<slug:key>/translations", translations.index, name="policy-translations"),
    path("policies/<slug:key>/translations/new", translations.edit, name="policy-translation-new"),
    path("policies/<slug:key>/translations/in/<str:language>", translations.edit, name="policy-translation"),
    path("policies/<slug:key>/precedents", precedents.policy_precedents, name="policy-precedents"),
    path("policies/<slug:key>/versions/<int:number>/edit", editor.edit, name="policy-edit"),
    path("policies/<slug:key>/versions/<int:number>/publish", publish.publish, name="policy-publish"),
    path("policies/<slug:key>/versions/<int:number>/bring-back", publish.bring_back, name="policy-back"),
    path("policies/<slug:key>/versions/<int:number>/file", detail.export, name="policy-export"),
    path("reasons", reasons.index, name="reasons"),
    path("reasons/new", reasons.edit, name="reason-new"),
    path("reasons/<str:key>", reasons.edit, name="reason"),
    path("claims", claims.index, name="claims"),
    path("claims/new", claims.new, name="claim-new"),
    path("claims/<uuid:claim_id>", claims.detail, name="claim"),
    path("claims/<uuid:claim_id>/edit", claims.edit, name="claim-edit"),
]
