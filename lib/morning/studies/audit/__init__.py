"""What the benchmark measures: its overlap, its comparisons, its ties, and what it rewards."""
