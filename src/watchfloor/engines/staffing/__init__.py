"""How many people the work needs: Erlang's formulas, deferred work with deadlines, a simulation of the floor, rosters."""
