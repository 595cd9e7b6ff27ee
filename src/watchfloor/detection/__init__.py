"""What the program finds by itself: rules and models, their lifecycle, and the signals they give."""
