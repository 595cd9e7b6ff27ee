"""What the product stands on at run time: database, processes, settings, jobs, storage. Nothing of trust & safety."""
