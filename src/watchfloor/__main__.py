"""``python -m watchfloor`` is the ``watchfloor`` command."""

from watchfloor.cli.main import main

main()
