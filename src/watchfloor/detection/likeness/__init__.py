"""Who must not be imitated: protected names, accounts that look like them, and the checking of who somebody is."""
