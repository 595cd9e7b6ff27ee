"""Statistics of human judgement: what a sample proves, how right decisions are, how far people agree, how good an exam's questions are."""

from watchfloor.engines.agreement.accuracy import Cell, Verdict, cell, cells
from watchfloor.engines.agreement.allocation import Stratum, allocate, guessed, needed, standard_error
from watchfloor.engines.agreement.bounds import most_wrong, most_wrong_binomial, sample_size
from watchfloor.engines.agreement.coefficients import (
    Agreement,
    Table,
    alpha,
    cohen,
    counted,
    fleiss,
    gwet,
    percent,
    table,
)
from watchfloor.engines.agreement.drift import Chart, chart, follow
from watchfloor.engines.agreement.intervals import Interval, bootstrap, clopper_pearson, wilson
from watchfloor.engines.agreement.items import ItemFigures, analyse, difficulty, point_biserial
from watchfloor.engines.agreement.latent import Fitted, Rater, dawid_skene
from watchfloor.engines.agreement.nameless import Voting, voting
from watchfloor.engines.agreement.people import Checked, Person, Standing, standing
from watchfloor.engines.agreement.reliability import Prior, Reliability, fit, of, points
from watchfloor.engines.agreement.sampling import Drawn, Unit, draw, picked
from watchfloor.engines.agreement.stopping import Answer, Rule, ask
from watchfloor.engines.agreement.totals import Look, Share, mean, share, total

__all__ = [
    "Agreement",
    "Answer",
    "Cell",
    "Chart",
    "Checked",
    "Drawn",
    "Fitted",
    "Interval",
    "ItemFigures",
    "Look",
    "Person",
    "Prior",
    "Rater",
    "Reliability",
    "Rule",
    "Share",
    "Standing",
    "Stratum",
    "Table",
    "Unit",
    "Verdict",
    "Voting",
    "allocate",
    "alpha",
    "analyse",
    "ask",
    "bootstrap",
    "cell",
    "cells",
    "chart",
    "clopper_pearson",
    "cohen",
    "counted",
    "dawid_skene",
    "difficulty",
    "draw",
    "fit",
    "fleiss",
    "follow",
    "guessed",
    "gwet",
    "mean",
    "most_wrong",
    "most_wrong_binomial",
    "needed",
    "of",
    "percent",
    "picked",
    "point_biserial",
    "points",
    "sample_size",
    "share",
    "standard_error",
    "standing",
    "table",
    "total",
    "voting",
    "wilson",
]
