"""Classifiers that learn from the decisions made here: models do not transfer between platforms, so none is shipped trained."""

from watchfloor.engines.textmodels.classifier import Contribution, OnlineClassifier
from watchfloor.engines.textmodels.normalise import Entity, Normalised, normalise

__all__ = ["Contribution", "Entity", "Normalised", "OnlineClassifier", "normalise"]
