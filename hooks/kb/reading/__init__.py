"""Bytes of one file -> facts about it."""
