"""The history of cases in another system (a help desk, a service desk): imported as steps, counted like our own, never mixed with it."""
