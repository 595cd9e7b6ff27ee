"""The harmonised transparency report of the Digital Services Act: Implementing Regulation (EU) 2024/2835, Annex I, eleven CSV parts.

``facts`` is what is counted, one module a group of parts counts, ``report`` puts them together and checks what must add up.
"""
