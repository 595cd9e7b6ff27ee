"""Addresses of the protocol, as its clients have them."""

from django.urls import path

from watchfloor.interop.atproto import pages, views

urlpatterns = [
    path("xrpc/<str:nsid>", views.xrpc, name="atproto-xrpc"),
    path(".well-known/did.json", views.did_document, name="atproto-did"),
    path(".well-known/ozone-metadata.json", views.ozone_metadata, name="atproto-ozone"),
    path("settings/atproto", pages.index, name="atproto-settings"),
]
