"""Addresses of boards and of asking in SQL."""

from __future__ import annotations

from django.urls import path

from watchfloor.insight.boards.pages import editing, marks, schedules, showing, sql, wall

urlpatterns = [
    path("insight/boards", showing.index, name="boards"),
    path("insight/boards/first", showing.first, name="board-first"),
    path("insight/boards/new", editing.new, name="board-new"),
    path("insight/boards/wall", wall.wall, name="board-wall"),
    path("insight/boards/wall/screen", wall.screen, name="board-wall-screen"),
    path("insight/boards/<uuid:board_id>", showing.one, name="board"),
    path("insight/boards/<uuid:board_id>/panel/<slug:panel_id>", showing.panel, name="board-panel"),
    path("insight/boards/asks/<uuid:ask>/stop", showing.stop, name="board-ask-stop"),
    path("insight/boards/<uuid:board_id>/export", showing.export, name="board-export"),
    path("insight/boards/<uuid:board_id>/edit", editing.edit, name="board-edit"),
    path("insight/boards/<uuid:board_id>/step", editing.step, name="board-step"),
    path("insight/boards/<uuid:board_id>/about", editing.about, name="board-about"),
    path("insight/boards/<uuid:board_id>/note", marks.note, name="board-note"),
    path("insight/boards/<uuid:board_id>/schedules", schedules.index, name="board-schedules"),
    path("insight/targets", marks.targets, name="board-targets"),
    path("insight/sql", sql.index, name="insight-sql"),
    path("insight/sql/runs/<uuid:run_id>", sql.run, name="insight-sql-run"),
]
