"""The page on licences: what this book's packages say of theirs, by SPDX identifier."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageMetadata as Metadata
from importlib.metadata import PackageNotFoundError, distribution

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

UNKNOWN = "unknown"
#: What classifiers mean. "BSD" is no identifier: they do not say how many clauses.
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Other/Proprietary License": "LicenseRef-Proprietary",
    "Python Software Foundation License": "PSF-2.0",
}
#: Packages whose metadata say nothing, or several things: what stands in their files.
LOOKED_AT = {
    "asttokens": "Apache-2.0",
    "axe-playwright-python": "MIT AND MPL-2.0",  # axe-core inside
    "bleach": "Apache-2.0",
    "cuda-toolkit": "LicenseRef-NVIDIA-Proprietary",  # empty: names packages that are
    "docutils": "LicenseRef-Public-Domain AND BSD-2-Clause AND ZPL-2.1",
    "matplotlib": "LicenseRef-Matplotlib",  # the PSF's, with other names
    "nbstripout": "MIT",
    "nvidia-cusparselt-cu12": "LicenseRef-NVIDIA-Proprietary",
    "nvidia-cusparselt-cu13": "LicenseRef-NVIDIA-Proprietary",
    "overrides": "Apache-2.0",
    "packaging": "Apache-2.0 OR BSD-2-Clause",
    "sphinx-mathjax-offline": "MIT AND Apache-2.0",  # MathJax inside
    "torchvision": "BSD-3-Clause",
    "wordcloud": "MIT",
}
#: Beginnings of identifiers of licences that ask for something of those who pass a change on.
_COPYLEFT = ("GPL-", "LGPL-", "AGPL-", "MPL-")


@dataclass(frozen=True)
class Package:
    """An installed package."""

    name: str
    version: str
    licence: str


def licence_parts() -> dict[str, str]:
    """Return what fills the page on licences."""
    run = packages("node2vec")
    develop = [each for each in packages("node2vec", "dev") if each not in run]
    copyleft = [f"{p.name} ({p.licence})" for p in [*run, *develop] if _is_copyleft(p.licence)]
    return {
        "copyleft": ", ".join(copyleft),
        "unknown": ", ".join(p.name for p in [*run, *develop] if p.licence == UNKNOWN) or "none",
        "packages to run it": _rows(run),
        "packages to develop it": _rows(develop),
    }


def packages(*extras: str) -> list[Package]:
    """Return the installed packages that this one needs, directly or not, in order of their names.

    Parameters
    ----------
    *extras : str
        Extras of pyproject.toml whose packages count, too.
    """
    needed = [("morning", ("", *extras))]
    seen: set[tuple[str, str]] = set()
    found: dict[str, Package] = {}
    while needed:
        name, wanted = needed.pop()
        new = [extra for extra in wanted if (name, extra) not in seen]
        seen |= {(name, extra) for extra in new}
        try:
            metadata = distribution(name).metadata
        except PackageNotFoundError:  # left out on purpose, as packages to develop with may be
            continue
        found[name] = Package(name, metadata["Version"], licence(name, metadata))
        for requirement in map(Requirement, metadata.get_all("Requires-Dist") or []):
            if any(_applies(requirement, extra) for extra in new):
                needed += [(canonicalize_name(requirement.name), ("", *requirement.extras))]
    found.pop("morning", None)
    return [found[name] for name in sorted(found)]


def licence(name: str, metadata: Metadata) -> str:
    """Return a package's licence: looked at, as an SPDX expression, or of its classifier."""
    if name in LOOKED_AT:
        return LOOKED_AT[name]
    for field in ("License-Expression", "License"):
        for text in metadata.get_all(field, []):
            with suppress(InvalidLicenseExpression):  # prose
                return canonicalize_license_expression(text)
    said = {text.split(" :: ")[-1] for text in metadata.get_all("Classifier") or []}
    known = [_CLASSIFIERS[text] for text in sorted(said & set(_CLASSIFIERS))]
    return known[0] if len(known) == 1 else UNKNOWN


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _is_copyleft(licence: str) -> bool:
    return any(word.startswith(_COPYLEFT) for word in licence.split())


def _rows(packages: Collection[Package]) -> str:
    return "\n".join(f"| {p.name} | {p.version} | {p.licence} |" for p in packages)
