"""What a model may do by itself: a random sample says how right it is, a watch says whether that still holds, people choose."""
