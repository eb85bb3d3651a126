"""What tables and figures say, in words: Markdown, with the numbers in it."""
