"""Sections on what reading the attribute graph line by line cost; nothing without that graph."""
