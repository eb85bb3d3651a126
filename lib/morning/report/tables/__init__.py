"""Tables of the book, a module for each kind of thing that they show; each returns a table."""
