"""What was found out: one file for each table of the book."""
