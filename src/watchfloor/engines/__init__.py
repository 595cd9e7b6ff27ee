"""Pure computation, importable on its own: no Django, no input or output."""
