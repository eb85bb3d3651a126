"""Small worlds that tests share."""
