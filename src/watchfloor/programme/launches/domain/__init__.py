"""What a launch is, purely: kinds and gates, states, what is entered, verdicts, guards."""
