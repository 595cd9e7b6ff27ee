"""Who acts together on the floor: rings among the platform's events, and brigades among reports."""
