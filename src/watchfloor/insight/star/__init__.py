"""The star schema: the facts as tables of measures and tables of what they are split by, for tools that others make.

Declared once (``measures`` and ``dimensions``); the export, the SQL door and the page of columns all read that declaration.
"""
