"""What spikes are made of, as pure functions: tables and structs in, structs out."""
