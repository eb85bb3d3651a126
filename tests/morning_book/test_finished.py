"""What the pipeline remembers of finished tasks."""

import json
import os

import pytest
from doit.dependency import Dependency
from doit.task import Task
from morning_book.finished import ByContent, Finished


@pytest.fixture
def file(tmp_path):
    (tmp_path / "dep").write_text("one")
    return tmp_path / "dep"


def manager(folder):
    return Dependency(Finished, str(folder / "record.json"), checker_cls=ByContent)


def finish(folder, file, name="task"):
    """Let a task finish, and forget to close the record, as a killed call does."""
    task = Task(name, None, file_dep=[str(file)])
    manager(folder).save_success(task)
    return task


def status(folder, task):
    return manager(folder).get_status(task, {}).status


def test_a_finished_task_is_remembered_at_once(file, tmp_path):
    assert status(tmp_path, finish(tmp_path, file)) == "up-to-date"


@pytest.mark.parametrize("content", ["", '{"task": {', "[]", '{"task": 3}', "\udcff"])
def test_a_record_that_cannot_be_read_is_taken_as_empty(file, tmp_path, content, capsys):
    task = finish(tmp_path, file)
    (tmp_path / "record.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert status(tmp_path, task) == "run"
    assert "cannot be read: every notebook is executed again" in capsys.readouterr().err


def test_content_decides_and_no_clock(file, tmp_path):
    task, state = finish(tmp_path, file), file.stat()
    os.utime(file, (1, 1))
    assert status(tmp_path, task) == "up-to-date"
    file.write_text("two")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert status(tmp_path, task) == "run"


def test_where_it_cannot_be_written_is_said(file, tmp_path, capsys):
    (tmp_path / "record.json").mkdir()
    record = Finished.__new__(Finished)
    record.name, record._db = str(tmp_path / "record.json"), {}
    record.dump()
    assert "cannot be written" in capsys.readouterr().err


def test_the_record_is_whole_json(file, tmp_path):
    finish(tmp_path, file)
    assert set(json.loads((tmp_path / "record.json").read_text())) == {"task"}
