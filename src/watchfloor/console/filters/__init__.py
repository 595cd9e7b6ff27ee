"""How values are written for people: numbers, times, other people's text, small shapes."""
