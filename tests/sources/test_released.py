"""The released files: verified from a mirror or a server, and nothing half-written."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from morning import downloads
from morning.errors import MorningError
from morning.files import git_blob
from morning.sources import released
from morning.sources.released import ReleasedFile, available, fetch, mirror_folder, registry

_CONTENT = {"a.bin": b"vectors " * 500, "b with space.txt": b"text\n", "c.bin": b"blob only"}


def _known(path: str, content: bytes, verified_by: str) -> ReleasedFile:
    blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False)
    full = verified_by == "sha256"
    return ReleasedFile(
        repo="owner/repo",
        commit="0" * 40,
        path=path,
        git_blob=blob.hexdigest(),
        size=len(content) if full else None,
        sha256=hashlib.sha256(content).hexdigest() if full else None,
    )


A = _known("deep/er/a.bin", _CONTENT["a.bin"], "sha256")
B = _known("b with space.txt", _CONTENT["b with space.txt"], "sha256")
C = _known("c.bin", _CONTENT["c.bin"], "git blob")
FILES = {file.name: file for file in (A, B, C)}


@pytest.fixture(autouse=True)
def three_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Know three small files, no mirror, and a data folder of the test's own."""
    monkeypatch.setattr(released, "registry", lambda: FILES)
    monkeypatch.setattr(downloads.time, "sleep", lambda _: None)
    monkeypatch.delenv("MORNING_MIRROR", raising=False)
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a mirror folder of the three files."""
    for file in FILES.values():
        path = file.below(tmp_path / "mirror")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_CONTENT[file.name])
    return tmp_path / "mirror"


class Server:
    """Serves the three files on 127.0.0.1; `answers` replaces the next ones, one by one."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, int]] = []  # status, body, announced length
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/").replace("%20", " ")
                outer.asked.append(name)
                content = _CONTENT[name]
                answer = (200, content, len(content))
                status, body, length = outer.answers.pop(0) if outer.answers else answer
                self.send_response(status)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def url(self, file: ReleasedFile) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/{file.name.replace(' ', '%20')}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(ReleasedFile, "url", property(server.url))
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


class TestRegistry:
    def test_every_released_file_once(self):
        known = registry()
        assert len(known) == 38
        assert all(name == file.name for name, file in known.items())
        assert sum(file.sha256 is not None for file in known.values()) == 36
        for file in known.values():
            assert len(file.commit) == 40
            assert len(file.git_blob) == 40
            assert (file.size is None) == (file.sha256 is None)
            assert not Path(file.path).is_absolute()
            assert ".." not in Path(file.path).parts

    def test_the_address_is_quoted(self):
        assert B.url.endswith(f"owner/repo/{'0' * 40}/b%20with%20space.txt")


class TestMirror:
    def test_paths_in_the_mirror(self, tree: Path, tmp_path: Path):
        files = fetch("a.bin", "c.bin", mirror=tree)
        assert files == {
            "a.bin": tree / "owner" / "repo" / ("0" * 40) / "deep" / "er" / "a.bin",
            "c.bin": tree / "owner" / "repo" / ("0" * 40) / "c.bin",
        }
        assert not (tmp_path / "data").exists()  # read where it is, never copied

    def test_without_names_those_with_a_known_digest(
        self, tree: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("MORNING_MIRROR", str(tree))
        assert list(fetch()) == ["a.bin", "b with space.txt"]

    def test_a_missing_file(self, tree: Path):
        A.below(tree).unlink()
        with pytest.raises(MorningError, match="is missing") as caught:
            fetch(mirror=tree)
        assert str(A.below(tree)) in str(caught.value)
        assert f"SHA-256 {A.sha256}" in str(caught.value)
        C.below(tree).unlink()
        with pytest.raises(MorningError, match=f"git blob id {C.git_blob}"):
            fetch("c.bin", mirror=tree)

    def test_an_altered_file(self, tree: Path):
        altered = b"Vectors " + _CONTENT["a.bin"][8:]
        A.below(tree).write_bytes(altered)
        with pytest.raises(MorningError) as caught:
            fetch("a.bin", mirror=tree)
        assert str(caught.value) == (
            "owner/repo/deep/er/a.bin: SHA-256 differs from the released file\n"
            f"  expected {A.sha256}\n  found    {hashlib.sha256(altered).hexdigest()}"
        )

    def test_a_truncated_file(self, tree: Path):
        A.below(tree).write_bytes(_CONTENT["a.bin"][:-1])
        with pytest.raises(MorningError, match=r"expected 4000 bytes\n  found    3999 bytes"):
            fetch("a.bin", mirror=tree)

    def test_an_altered_file_known_by_its_git_blob_id_only(self, tree: Path):
        C.below(tree).write_bytes(b"blob 0nly")
        with pytest.raises(MorningError) as caught:
            fetch("c.bin", mirror=tree)
        assert f"expected {C.git_blob}" in str(caught.value)
        assert f"found    {git_blob(C.below(tree))}" in str(caught.value)

    def test_a_mirror_that_is_not_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("MORNING_MIRROR", str(tmp_path / "nowhere"))
        with pytest.raises(MorningError, match="MORNING_MIRROR: there is no folder"):
            fetch()

    def test_the_argument_wins(self, tree: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("MORNING_MIRROR", "/nowhere")
        assert mirror_folder(tree) == tree
        monkeypatch.setenv("MORNING_MIRROR", "")
        assert mirror_folder() is None

    def test_available(self, tree: Path):
        assert available("c.bin")  # by network, perhaps
        assert available("c.bin", tree)
        C.below(tree).unlink()
        assert not available("c.bin", tree)


class TestNetwork:
    def test_fetches_once(self, server: Server, tmp_path: Path):
        files = fetch()
        assert {name: path.read_bytes() for name, path in files.items()} == {
            name: _CONTENT[name] for name in ("a.bin", "b with space.txt")
        }
        assert files["a.bin"] == A.below(tmp_path / "data" / "public")
        assert fetch() == files
        assert server.asked == ["a.bin", "b with space.txt"]
        assert files_below(tmp_path) == ["a.bin", "b with space.txt"]

    def test_a_file_known_by_its_git_blob_id_only(self, server: Server):
        assert fetch("c.bin")["c.bin"].read_bytes() == b"blob only"

    def test_wrong_content_is_not_kept(self, server: Server, tmp_path: Path):
        wrong = _CONTENT["a.bin"].upper()
        server.answers = [(200, wrong, len(wrong))]
        with pytest.raises(MorningError) as caught:
            fetch("a.bin")
        assert f"expected {A.sha256}" in str(caught.value)
        assert f"found    {hashlib.sha256(wrong).hexdigest()}" in str(caught.value)
        assert files_below(tmp_path) == []

    @pytest.mark.parametrize("failures", [1, 2])
    @pytest.mark.parametrize(
        "failure", [(503, b"", 0), (200, b"vectors", 4000)], ids=["unavailable", "cut off"]
    )
    def test_tries_again(
        self, server: Server, tmp_path: Path, failure: tuple[int, bytes, int], failures: int
    ):
        server.answers = [failure] * failures
        assert fetch("a.bin")["a.bin"].read_bytes() == _CONTENT["a.bin"]
        assert server.asked == ["a.bin"] * (failures + 1)
        assert files_below(tmp_path) == ["a.bin"]

    @pytest.mark.parametrize(
        ("failure", "named"),
        [((404, b"gone", 4), "status 404"), ((200, b"vectors", 4000), "Error")],
        ids=["not found", "cut off"],
    )
    def test_gives_up(
        self, server: Server, tmp_path: Path, failure: tuple[int, bytes, int], named: str
    ):
        server.answers = [failure] * 3
        with pytest.raises(MorningError, match=named) as caught:
            fetch("a.bin")
        assert server.url(A) in str(caught.value)
        assert len(server.asked) == 3
        assert files_below(tmp_path) == []

    def test_what_was_fetched_before_a_failure_stays(self, server: Server, tmp_path: Path):
        server.answers = [(200, _CONTENT["a.bin"], 4000)] + [(500, b"", 0)] * 3
        with pytest.raises(MorningError, match="status 500"):
            fetch()
        assert files_below(tmp_path) == ["a.bin"]
        fetch()
        assert server.asked == ["a.bin"] + ["b with space.txt"] * 4

    def test_no_network(self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        # Port 9 discards; where nothing listens, connecting is refused at once.
        monkeypatch.setattr(ReleasedFile, "url", "http://127.0.0.1:9/a.bin")
        with pytest.raises(MorningError) as caught:
            fetch("a.bin")
        message = str(caught.value)
        assert "MORNING_MIRROR" in message
        assert "connect to the network" in message
        assert "\n" not in message
        assert message.endswith(".")
        assert files_below(tmp_path) == []

    @pytest.mark.parametrize("spoil", [lambda raw: raw[:-1], lambda raw: raw.upper()])
    def test_a_cached_file_that_changed(
        self, server: Server, tmp_path: Path, spoil: Callable[[bytes], bytes]
    ):
        path = fetch("a.bin")["a.bin"]
        path.write_bytes(spoil(path.read_bytes()))
        with pytest.raises(MorningError, match="differs from the released file") as caught:
            fetch("a.bin")
        assert f"delete {path} to fetch it again" in str(caught.value)
        path.unlink()
        assert fetch("a.bin")["a.bin"].read_bytes() == _CONTENT["a.bin"]
