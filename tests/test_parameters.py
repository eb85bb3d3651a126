"""What parameters mean, whichever folder a chapter is executed in."""

from pathlib import Path

import pytest
from morning.parameters import profile_name, run_folder

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(params=[".", "notebooks"])
def folder(request, tmp_path, monkeypatch):
    """Return the current folder."""
    folder = tmp_path / request.param
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    return folder


def test_a_name_is_below_runs_of_the_checkout(folder):
    assert run_folder("mine", "demo") == ROOT / "runs" / "mine"
    assert run_folder("", "public") == ROOT / "runs" / "public"
    assert run_folder("", "../some/posts/") == ROOT / "runs" / "posts"
    assert run_folder("", ".") == ROOT / "runs" / folder.name


def test_a_path_starts_in_the_current_folder(folder):
    assert run_folder("./mine", "demo") == folder / "mine"
    assert run_folder("../mine", "demo") == folder.parent / "mine"
    assert run_folder("/a/b", "demo") == Path("/a/b")
    assert run_folder("~/b", "demo") == Path.home() / "b"


def test_without_a_checkout_runs_are_there_too(folder, monkeypatch):
    monkeypatch.setattr("morning.parameters.checkout", lambda: None)
    assert run_folder("", "demo") == folder / "runs" / "demo"


def test_all_starts_where_it_is_said(folder, tmp_path):
    assert run_folder("mine", "demo", tmp_path / "x") == tmp_path / "x" / "runs" / "mine"
    assert run_folder("./mine", "demo", tmp_path / "x") == tmp_path / "x" / "mine"


def test_the_profile_follows_from_the_data():
    assert profile_name("auto", "demo") == "quick"
    assert profile_name("auto", "public") == profile_name("auto", "a/folder") == "paper"
    assert profile_name("code", "demo") == "code"
    assert profile_name("", "demo") == ""
