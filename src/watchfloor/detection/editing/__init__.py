"""Rules while they are being written: what is wrong with a draft, what it would do, what may come next, templates to begin with."""
