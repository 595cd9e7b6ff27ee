"""``POST /v1/sql``: the star in SQL for programs, as JSON, lines of JSON or CSV."""
