"""Commands: the ``watchfloor`` program."""
