"""Django template tags; only allauth's pages need them."""
