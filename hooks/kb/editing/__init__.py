"""Findings and facts -> changes of the source files. Nothing here decides what is wrong."""
