"""Notebooks of a few cells, and what a call of the pipeline executed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nbformat

_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(path: Path, *code: str, parameters: str = "data = 'x'\nrun = 'y'") -> Path:
    """Write a notebook with a cell of parameters and cells of code."""
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in code]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=_KERNEL), path)
    return path


def executed(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the notebooks that a call executed."""
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return {line.split(":")[0] for line in done.stdout.splitlines() if ": executing" in line}
