"""Rankings of a run over HTTP: bounded, measured, and reloaded when the run changes."""
