"""What is opened, and what never."""

import os
import socket

import pytest
from morning.errors import MorningError
from morning.guard import closed, content, inside, is_there, require


def test_a_regular_file_is_open(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    assert closed(tmp_path / "a", tmp_path) == ""
    assert content(tmp_path / "a", tmp_path) == b"x"


def test_devices_pipes_and_sockets_are_not(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for name in ("pipe", "zero", "folder", "socket"):
            assert closed(tmp_path / name) == "must be a regular file"
            with pytest.raises(MorningError, match=rf"{name}: must be a regular file"):
                content(tmp_path / name)


def test_links_stay_in_the_folder_which_may_be_one_itself(tmp_path):
    mine, other = tmp_path / "mine", tmp_path / "mine-too"
    for folder in (mine, other):
        folder.mkdir()
        (folder / "a").write_text("x")
    (mine / "within").symlink_to("a")
    (mine / "out").symlink_to(other / "a")
    (mine / "far").symlink_to(other)
    (mine / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to(mine)
    for folder in (mine, tmp_path / "link"):
        assert inside(folder / "within", folder)
        require(folder / "within", folder)
        for name in ("out", "far/a", "../mine-too/a"):
            assert closed(folder / name, folder) == "must stay in the folder, also through links"
        assert closed(folder / "loop", folder).startswith("cannot be read")
        assert closed(folder / "none", folder) == "cannot be read (No such file or directory)"
    assert closed(f"{mine}/\0", mine).startswith("cannot be read")


def test_size_is_known_before_it_is_opened(tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(1 << 40)
    assert "must have at most 1,073,741,824 bytes, not 1,099," in closed(tmp_path / "large")
    with pytest.raises(MorningError, match="must have at most 10 bytes"):
        content(tmp_path / "large", most=10)


def test_a_name_that_no_file_can_have_is_of_no_file(tmp_path):
    (tmp_path / "a").write_text("a")
    assert is_there(tmp_path / "a")
    for name in ("b", ".", "x" * 5000, "a\0", "a/b"):
        assert not is_there(tmp_path / name)
