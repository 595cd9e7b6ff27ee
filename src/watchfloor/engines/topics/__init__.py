"""Topics in streams of short texts: which texts speak of the same thing, which topics are new or grow, and how to name them."""

from watchfloor.engines.topics.features import features
from watchfloor.engines.topics.grow import Alarm, Rules, judge
from watchfloor.engines.topics.stream import Text, Topic, Topics
from watchfloor.engines.topics.themes import Theme, adopt
from watchfloor.engines.topics.words import Word, telling

__all__ = ["Alarm", "Rules", "Text", "Theme", "Topic", "Topics", "Word", "adopt", "features", "judge", "telling"]
