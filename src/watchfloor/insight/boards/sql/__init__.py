"""Asking the facts in SQL, read-only: the text is read before it runs, and runs in a process that holds nothing but what one may see."""
