"""Figures of the book; every function returns a matplotlib Figure."""
