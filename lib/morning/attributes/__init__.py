"""Biographies -> attributes -> co-occurrence graph -> node vectors (paper, section IV-C)."""
