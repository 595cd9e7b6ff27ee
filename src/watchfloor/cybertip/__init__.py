"""Reports of child sexual exploitation to NCMEC's CyberTipline: drafted from cases, released by two people, sent exactly once."""
