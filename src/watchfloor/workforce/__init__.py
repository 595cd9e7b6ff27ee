"""The people who review: vendors, sites, teams, skills, languages, shifts, presence."""
