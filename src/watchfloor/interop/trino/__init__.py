"""The door for BI tools: the protocol of Trino's clients (``/v1/statement``), which Superset, Tableau, DBeaver and SQLAlchemy speak."""
