"""Three small released files, a server that has them, and a cache of the test's own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from morning.features.visual.weights import IMAGENET, PLACES365, SCENES, WeightFile

CONTENT = {
    IMAGENET.name: b"PK\x03\x04 objects" * 400,
    PLACES365["resnet50"].name: b"\x80\x02 scenes" * 300,
    SCENES.name: b"/a/airfield 0\n",
}
PAGE = b"<!DOCTYPE html><html>Log in to this network</html>"


@dataclass
class Server:
    """Serves files on 127.0.0.1; `answers` replaces the next ones, one by one."""

    port: int = 0
    answers: list[tuple[int, bytes, int]] = field(default_factory=list)
    """Status, body, announced length."""
    asked: list[str] = field(default_factory=list)

    def file(self, released: WeightFile) -> WeightFile:
        """Return a released file as this server has it, with the digest of what it has."""
        digest = hashlib.sha256(CONTENT[released.name]).hexdigest() if released.digest else ""
        url = f"http://127.0.0.1:{self.port}/{released.name}"
        name = released.name
        if released is IMAGENET:  # its name carries the digest
            digest = digest[:8]
            name = f"resnet101-{digest}.pth"
        return replace(released, name=name, url=url, digest=digest)

    def files(self) -> tuple[WeightFile, ...]:
        """Return what `network` stands for."""
        return tuple(map(self.file, (IMAGENET, PLACES365["resnet50"], SCENES)))


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server for as long as the block."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/")
            server.asked.append(name)
            whole = (200, CONTENT[name], len(CONTENT[name]))
            status, body, length = server.answers.pop(0) if server.answers else whole
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.port = http.server_port
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        http.shutdown()
        thread.join()
