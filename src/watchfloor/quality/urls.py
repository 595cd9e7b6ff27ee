"""Addresses of the quality pages."""

from __future__ import annotations

from django.urls import path

from watchfloor.quality.pages import cards, figures, graders, looks, mine, plan, round_media, rounds

urlpatterns = [
    path("quality", figures.overview, name="quality"),
    path("quality/looks", looks.listed, name="quality-looks"),
    path("quality/looks/<uuid:look_id>", looks.look, name="quality-look"),
    path("quality/looks/<uuid:look_id>/correct", looks.correct, name="quality-correct"),
    path("quality/looks/<uuid:look_id>/plant", looks.plant, name="quality-plant"),
    path("quality/people", mine.people, name="quality-people"),
    path("quality/mine", mine.results, name="quality-mine"),
    path("quality/plan", plan.plan, name="quality-plan"),
    path("quality/looks/<uuid:look_id>/mark", cards.mark, name="quality-mark"),
    path("quality/card", cards.card, name="quality-card"),
    path("quality/graders", graders.listed, name="quality-graders"),
    path("quality/calibration", rounds.listed, name="quality-rounds"),
    path("quality/calibration/new", rounds.new, name="quality-round-new"),
    path("quality/calibration/<uuid:round_id>", rounds.one, name="quality-round"),
    path("quality/calibration/items/<uuid:item_id>", rounds.item, name="quality-round-item"),
    path("quality/calibration/items/<uuid:item_id>/seen", round_media.seen, name="quality-round-seen"),
    path("quality/calibration/items/<uuid:item_id>/revealed", round_media.revealed, name="quality-round-revealed"),
]
