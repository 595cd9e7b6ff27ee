"""Readers of quality. All of them see only rows that the actor's roles allow."""
