"""Addresses of the protocol, as its clients have them."""

from django.urls import path, re_path

from watchfloor.interop.atproto import pages, views

urlpatterns = [
    path("xrpc/<str:nsid>", views.xrpc, name="atproto-xrpc"),
    path(".well-known/did.json", views.did_document, name="atproto-did"),
    path(".well-known/ozone-metadata.json", views.ozone_metadata, name="atproto-ozone"),
    re_path(r"^(?P<did>did:plc:[a-z2-7]{24})/data$", views.plc_data, name="atproto-plc"),
    path("settings/atproto", pages.index, name="atproto-settings"),
]
