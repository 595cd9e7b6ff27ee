"""What a CyberTipline report is, as typed structs, and the rules of writing and sending one. Pure: no Django, no network."""
