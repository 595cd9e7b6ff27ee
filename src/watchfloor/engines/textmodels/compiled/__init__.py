"""The online learner compiled, for processes that learn from many texts: one call a text, from what was typed to the probability.

Everything below imports numba and is brought in by ``quick.bring`` alone.
"""
