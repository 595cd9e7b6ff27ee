"""The address of the door."""

from django.urls import path

from watchfloor.interop.scim import views

urlpatterns = [
    path("scim/v2", views.door, name="scim"),
    path("scim/v2/", views.door),
    path("scim/v2/<path:path>", views.door, name="scim-below"),
]
