"""The server on the loopback: slow and greedy clients are let go, the others are answered."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection

import pytest

pytest.importorskip("fastapi", reason="needs the extra serve")
from morning.recommend.recommender import Recommender
from morning.run import Run
from morning.serve.server import server
from morning.serve.settings import Settings


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(run, **bounds):
    """Serve in a thread; yield the port."""
    port = free_port()
    made = server(Settings(run.folder, **bounds), "127.0.0.1", port)
    thread = threading.Thread(target=made.run)
    thread.start()
    while not made.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield port
    finally:
        made.should_exit = True
        thread.join()


def ask(port, method="GET", path="/health", body=None):
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def closed_after(client):
    """Return how long it takes until the server lets a client go."""
    begun = time.monotonic()
    client.settimeout(10)
    while client.recv(1 << 12):
        pass
    return time.monotonic() - begun


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /health HTTP/1.1\r\nHost: x\r\n",
        b"POST /rank HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_slow_client_is_let_go_and_the_others_go_on(run, sent):
    with serving(run, receive_s=0.5) as port, socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(sent)
        assert ask(port)[0] == 200
        with suppress(ConnectionResetError):
            assert closed_after(slow) < 3
        assert ask(port)[0] == 200


def test_a_letter_now_and_then_is_no_way_to_stay(run):
    with serving(run, receive_s=0.5) as port, socket.create_connection(("127.0.0.1", port)) as slow:
        begun = time.monotonic()
        with suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() - begun < 20:
                slow.sendall(b"G")
                time.sleep(0.1)
        assert time.monotonic() - begun < 3


def test_a_second_request_has_its_own_time(run):
    with serving(run, receive_s=0.5) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        for _ in range(3):
            connection.request("GET", "/health")
            assert json.loads(connection.getresponse().read())["status"] == "ok"
            time.sleep(0.7)  # idle between two requests, longer than one may take
        connection.close()


def test_a_gigabyte_is_refused_before_it_has_come(run):
    with serving(run) as port, socket.create_connection(("127.0.0.1", port)) as greedy:
        head = f"POST /rank HTTP/1.1\r\nHost: x\r\nContent-Length: {1 << 30}\r\n\r\n"
        greedy.sendall(head.encode())
        greedy.settimeout(10)
        assert greedy.recv(100).startswith(b"HTTP/1.1 413")
        assert ask(port)[0] == 200


def test_a_head_that_does_not_end(run):
    with serving(run) as port, socket.create_connection(("127.0.0.1", port)) as greedy:
        greedy.sendall(b"GET /health HTTP/1.1\r\n" + b"x: " + b"y" * (1 << 16))
        greedy.settimeout(10)
        assert greedy.recv(100).startswith(b"HTTP/1.1 400")
        assert ask(port)[0] == 200


def test_many_at_once_and_a_run_that_changes_meanwhile(run, tmp_path):
    """Nobody's request is dropped, whichever state answers."""
    shutil.copytree(run.folder, tmp_path / "run")
    recommender = Recommender.load(tmp_path / "run")
    brand, done, seen = recommender.test_brands()[0], threading.Event(), []
    with serving(Run(tmp_path / "run"), reload_s=0.05) as port:

        def client():
            while not done.is_set():
                seen.append(ask(port, "POST", "/rank", json.dumps({"brand": brand})))

        clients = [threading.Thread(target=client) for _ in range(8)]
        for each in clients:
            each.start()
        for name in recommender.influencers[:3]:
            Recommender.load(tmp_path / "run").remove([name])
            time.sleep(0.5)
        done.set()
        for each in clients:
            each.join()
    assert {status for status, _ in seen} == {200}
    assert len({json.loads(body)["run"] for _, body in seen}) > 1


def test_the_command_ends_gracefully(run):
    port = free_port()
    words = [sys.executable, "-m", "morning_book.command", "serve", "--run", str(run.folder)]
    process = subprocess.Popen(
        [*words, "--port", str(port)], stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        assert process.stderr.readline() == f"serving {run.folder} at http://127.0.0.1:{port}\n"
        for _ in range(200):
            try:
                assert ask(port, path="/ready")[0] == 200
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
