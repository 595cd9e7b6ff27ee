"""Addresses of spikes and of the change log."""

from __future__ import annotations

from django.urls import path

from watchfloor.insight.changes import pages as changes
from watchfloor.insight.spikes.pages import acting, asking, attending, lists, one

urlpatterns = [
    path("insight/spikes", lists.index, name="spikes"),
    path("insight/spikes/attention", attending.index, name="spike-attention"),
    path("insight/spikes/investigate", asking.ask, name="spike-investigate"),
    path("insight/spikes/yesterday", lists.yesterday, name="spike-morning"),
    path("insight/spikes/<str:spike_id>", one.page, name="spike"),
    path("insight/spikes/<str:spike_id>/act", acting.act, name="spike-act"),
    path("insight/changes", changes.index, name="changes"),
]
