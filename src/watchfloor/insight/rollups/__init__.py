"""What a big lake keeps beside its facts, so that a page need not scan them: see ``shapes`` (what), ``build`` (how), ``answer`` (for whom).

A *generation* is one folder of Parquet files, all of one state of the facts: the derived relations, row by row, and for each set of
dimensions that pages ask for an hourly table of counts and sums, and one of quantile sketches. All of them merge by sum.
"""
