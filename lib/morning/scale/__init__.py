"""More than memory holds: vectors on disk, searched in blocks or by an index."""
