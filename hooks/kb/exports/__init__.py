"""Facts -> files for re-use."""
