"""Files from the network: whole and as expected, or not at all."""

import socket
import time
from pathlib import Path

import pytest
from morning import downloads
from morning.downloads import DownloadError, download
from morning.errors import MorningError
from toys.weights import CONTENT, serving

NAME, BODY = next(iter(CONTENT.items()))


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(downloads.time, "sleep", lambda _: None)


@pytest.fixture
def server():
    with serving() as server:
        yield server


def anything(path: Path) -> None:
    pass


def get(server, folder, check=anything):
    download(f"http://127.0.0.1:{server.port}/{NAME}", folder / "made" / "file", check)


def names(folder):
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_file_appears_when_it_passed_its_check(server, tmp_path):
    seen = []
    get(server, tmp_path, lambda path: seen.append((path.read_bytes(), names(tmp_path))))
    ((content, there),) = seen
    assert content == BODY
    assert "file" not in there
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("failure", [(503, b"", 0), (200, BODY[:9], len(BODY))])
def test_what_may_pass_is_tried_three_times(server, tmp_path, failure):
    server.answers = [failure] * 2
    get(server, tmp_path)
    assert server.asked == [NAME] * 3
    server.answers = [failure] * 3
    with pytest.raises(DownloadError, match="cannot fetch http"):
        get(server, tmp_path / "again")
    assert names(tmp_path / "again") == []


def test_what_fails_its_check_is_not_kept(server, tmp_path):
    def refuse(path):
        raise MorningError("not this")

    with pytest.raises(MorningError, match="not this"):
        get(server, tmp_path, refuse)
    assert server.asked == [NAME]
    assert names(tmp_path) == []


def test_without_a_way_to_the_server_nobody_waits(tmp_path, monkeypatch):
    tried, connect = [], socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda s, to: tried.append(to) or connect(s, to))
    with pytest.raises(DownloadError, match=r"cannot fetch http://127.0.0.1:9/x \(Connection"):
        download("http://127.0.0.1:9/x", tmp_path / "x", anything)  # nobody listens there
    assert len(tried) == 1
    assert names(tmp_path) == []


def test_a_server_that_does_not_answer_is_given_up_soon(tmp_path, monkeypatch):
    """A full queue of connections: whoever knocks next hears nothing, as behind a firewall."""
    monkeypatch.setattr(downloads, "_TIMEOUT_S", (0.2, 0.2))
    with socket.socket() as silent, socket.socket() as first, socket.socket() as second:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        start = time.monotonic()
        with pytest.raises(DownloadError, match="Timeout"):
            download(f"http://127.0.0.1:{silent.getsockname()[1]}/x", tmp_path / "x", anything)
        assert time.monotonic() - start < 5


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "made").write_text("a file")
    with pytest.raises(DownloadError, match=r"cannot write .*made.file"):
        get(server, tmp_path)
