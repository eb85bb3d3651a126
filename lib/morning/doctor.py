"""What the environment has: Python, packages, device, data, disk."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from packaging.requirements import Requirement

from morning.errors import MorningError
from morning.places import data_folder
from morning.sources import released

_LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
_PYTHON = ((3, 11), (3, 13))
_IMPORTED = ("torch", "gensim", "networkx", "node2vec", "pyLDAvis", "papermill", "matplotlib")


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes
    ----------
    what, found : str
    missing : bool
        Whether something is missing that the project needs.
    advice : str
        What to do about it.
    """

    what: str
    found: str
    missing: bool = False
    advice: str = ""

    def __str__(self) -> str:
        mark = "MISSING" if self.missing else "ok"
        return f"{mark:>7}  {self.what}: {self.found}" + (
            f" - {self.advice}" if self.advice else ""
        )


def examine() -> list[Finding]:
    """Return everything worth knowing before a run."""
    return [_python(), *_packages(), *_imports(), _device(), _public_data(), _disk()]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    low, high = _PYTHON
    good = low <= sys.version_info[:2] <= high
    return Finding("Python", found, not good, "" if good else "use Python 3.11 to 3.13")


def _packages() -> list[Finding]:
    """Compare what is installed with what the project asks for."""
    try:
        wanted = [Requirement(text) for text in distribution("morning").requires or []]
    except PackageNotFoundError:
        return [Finding("morning", "not installed", True, "pip install --no-deps -e .")]
    findings = []
    for requirement in wanted:
        if requirement.marker and not requirement.marker.evaluate({"extra": "node2vec"}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            findings.append(Finding(requirement.name, "not installed", True, _cure(requirement)))
            continue
        good = requirement.specifier.contains(found, prereleases=True)
        advice = "" if good else f"needs {requirement.specifier}"
        findings.append(Finding(requirement.name, found, not good, advice))
    return findings


def _cure(requirement: Requirement) -> str:
    """Return how to install what is not there; outside a checkout there is no lock."""
    if _LOCK.is_file():
        return f"pip install --no-deps -r {_LOCK.name}"
    # An extra is what declares more than it needs.
    alone = "--no-deps " if requirement.marker else ""
    return f'pip install {alone}"{requirement.name}{requirement.specifier}"'


def _imports() -> list[Finding]:
    """Import what is installed: a package can be there and not work."""
    broken = []
    for name in _IMPORTED:
        try:
            import_module(name)
        except Exception as error:  # whatever a broken package raises
            broken.append(Finding(f"import {name}", f"{type(error).__name__}: {error}", True))
    return broken


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding("device", torch.cuda.get_device_name())
    return Finding("device", f"CPU, {os.cpu_count()} cores (no GPU: fine for the released vectors)")


def _public_data() -> Finding:
    try:
        folder = released.mirror_folder()
    except MorningError as error:
        return Finding("public data", str(error), True)
    where = folder or data_folder() / "public"
    files = [file for file in released.registry().values() if file.sha256]
    there = sum(file.below(Path(where)).is_file() for file in files)
    advice = "" if there == len(files) else "run `morning fetch public`"
    return Finding("public data", f"{there} of {len(files)} files in {where}", False, advice)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    good = free > 1
    return Finding("disk", f"{free:.0f} GB free", not good, "" if good else "a run needs 1 GB")
