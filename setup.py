"""What pyproject.toml cannot say: the story lies outside the packages, and a wheel takes it along.

Notebooks, pages and pipeline go to `morning_book/story/`; `morning_book.ROOT` finds them there.
"""

from __future__ import annotations

import os
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_BUILT = {"_build", ".ipynb_checkpoints"}


def story() -> list[str]:
    """Return the files of the story, relative to this folder."""
    pages = [path for path in sorted(Path("book").rglob("*")) if path.is_file()]
    files = [
        Path("dodo.py"),
        Path("CITATION.cff"),
        *sorted(Path("notebooks").glob("*.ipynb")),
        *pages,
    ]
    return [path.as_posix() for path in files if not _BUILT & set(path.parts)]


class BuildWithStory(build_py):
    """Build the packages, and the story beside `morning_book`; an editable one stays here."""

    def run(self) -> None:
        """Build both."""
        super().run()
        if not self.editable_mode:
            for path, target in zip(story(), self._targets(), strict=True):
                self.mkpath(os.path.dirname(target))
                self.copy_file(path, target)

    def get_source_files(self) -> list[str]:
        """Return what an archive of the sources holds."""
        return [*super().get_source_files(), *story()]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return what is built."""
        return [*super().get_outputs(include_bytecode), *self._targets()]

    def _targets(self) -> list[str]:
        return [os.path.join(self.build_lib, "morning_book", "story", path) for path in story()]


setup(cmdclass={"build_py": BuildWithStory})
