"""Django's entry to the door for mail: notices to who wrote to us go back by mail, a case shows its mails, the doors' page lists it."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.interop.mail"
    label = "interop_mail"

    def ready(self) -> None:
        from watchfloor.enforcement import carriers
        from watchfloor.interop.mail import beside, erasing, letters, state
        from watchfloor.law.erasing import elsewhere
        from watchfloor.review import case_beside

        carriers.register(letters.carry)
        case_beside.told_by(beside.panel)
        elsewhere.also(erasing.erase)
        state.install()
