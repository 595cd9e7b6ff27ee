"""Live streams watched: key frames of what goes on are looked up in the banks as they come, and the last minutes are kept."""
