"""RTMP as a player speaks it: what of Adobe's specification (version 1.0, 2012) it takes to be played one stream. Pure."""
