"""The address of the door."""

from django.urls import path, re_path

from watchfloor.interop.scim import views

urlpatterns = [
    path("scim/v2", views.door, name="scim"),
    re_path(r"^scim/v2/(?P<path>.*)$", views.door, name="scim-below"),
]
