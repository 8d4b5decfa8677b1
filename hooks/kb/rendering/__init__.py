"""Facts -> what a reader sees on a page."""
