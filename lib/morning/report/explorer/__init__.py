"""The explorer: rankings of all brands as one page that opens anywhere, without a server."""
