"""The only writers of quality: plans, draws, answers, what is settled, disputed, corrected and coached. One transaction each."""
