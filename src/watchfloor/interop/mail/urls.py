"""Addresses of the door for mail and of its pages."""

from django.urls import path

from watchfloor.interop.mail import pages, pages_received, views

urlpatterns = [
    path("v1/mail", views.mail, name="mail-in"),
    path("settings/mail", pages.index, name="interop-mail"),
    path("settings/mail/received", pages_received.received, name="interop-mail-received"),
    path("settings/mail/received/<str:name>", pages_received.one, name="interop-mail-one"),
    path("settings/mail/received/<str:name>/step", pages_received.step, name="interop-mail-step"),
    path("settings/mail/<str:what>/<uuid:row_id>", pages.switch, name="interop-mail-switch"),
]
