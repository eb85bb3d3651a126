"""What the pipeline remembers of finished tasks: written after each, by content alone."""

from __future__ import annotations

import sys
from typing import Any

from doit.dependency import DatabaseException, FileChangedChecker, JsonDB
from morning.errors import MorningError
from morning.files import sha256, write_json


class Finished(JsonDB):
    """doit's record, written whole after each finished task: a killed call loses none of them."""

    def _load(self) -> dict[str, dict[str, Any]]:
        try:
            found = super()._load()
            if isinstance(found, dict) and all(isinstance(task, dict) for task in found.values()):
                return found
        except (DatabaseException, UnicodeDecodeError):
            pass
        print(f"{self.name} cannot be read: every notebook is executed again", file=sys.stderr)
        return {}

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Take note of something about a task."""
        super().set(task_id, dependency, value)
        if dependency == "deps:":  # the last of a finished one
            self.dump()

    def dump(self) -> None:
        """Write the record; where that cannot be, what is done stays done and is only forgotten."""
        try:
            write_json(self.name, self._db)
        except (MorningError, OSError) as error:
            print(f"{self.name} cannot be written ({error})", file=sys.stderr)


class ByContent(FileChangedChecker):
    """Whether a file changed: by its digest, not by clocks, which jump, or times, which are set."""

    def check_modified(self, file_path: str, file_stat: Any, state: str) -> bool:
        """Whether a file is another one than its state says."""
        return sha256(file_path) != state

    def get_state(self, dep: str, current_state: str | None) -> str:
        """Return what is remembered of a file."""
        return sha256(dep)
