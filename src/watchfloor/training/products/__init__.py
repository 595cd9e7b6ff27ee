"""What is made of a training unit: article, slides, facilitator guide, items of the bank, a SCORM package. No database, no server.

Each product carries the stamp of its unit: the policy, the version it was written for and the digest of the source.
"""

from watchfloor.training.products.article import article, article_html
from watchfloor.training.products.deck import deck
from watchfloor.training.products.files import PRODUCTS, make, names
from watchfloor.training.products.guide_docx import guide_docx
from watchfloor.training.products.guide_html import guide_html
from watchfloor.training.products.items import cases, items
from watchfloor.training.products.scorm import scorm

__all__ = [
    "PRODUCTS",
    "article",
    "article_html",
    "cases",
    "deck",
    "guide_docx",
    "guide_html",
    "items",
    "make",
    "names",
    "scorm",
]
