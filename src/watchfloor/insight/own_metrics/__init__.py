"""Teams' own metrics and dimensions: built from safe pieces by form or API, tried on example rows, versioned, archived but not deleted."""
