"""The routes: they answer as the library does, and refuse in a sentence."""

import json
import shutil
import time

import pytest

pytest.importorskip("fastapi", reason="needs the extra serve")
from fastapi.testclient import TestClient
from morning.recommend.recommender import Recommender
from morning.serve import app as module
from morning.serve.app import application
from morning.serve.settings import Settings


@pytest.fixture(scope="module")
def client(run):
    with TestClient(application(Settings(run.folder))) as client:
        yield client


@pytest.fixture(scope="module")
def recommender(run):
    return Recommender.load(run)


@pytest.fixture(scope="module")
def brand(recommender):
    return recommender.test_brands()[0]


def bounded(run, **bounds):
    return TestClient(application(Settings(run.folder, **bounds)))


def test_rank_is_the_librarys(client, recommender, brand):
    answer = client.post("/rank", json={"brand": brand, "k": 3})
    assert answer.status_code == 200
    table = recommender.rank(brand, 3)
    found = answer.json()["ranking"]
    assert [each["influencer_id"] for each in found] == table["influencer_id"].tolist()
    assert [each["score"] for each in found] == table["score"].tolist()
    assert [each["rank"] for each in found] == table["rank"].tolist()
    among = table["influencer_id"].tolist()[1:]
    (one,) = client.post("/rank", json={"brand": brand, "among": among[:1]}).json()["ranking"]
    assert (one["influencer_id"], one["rank"]) == (among[0], 2)


def test_explain_and_similar(client, recommender, brand):
    first = recommender.rank(brand, 1)["influencer_id"][0]
    found = client.post("/explain", json={"brand": brand, "influencer": first}).json()["reasons"]
    score = sum(each["contribution"] for each in found)
    assert score == pytest.approx(recommender.rank(brand, 1)["score"][0])
    alike = client.get(f"/similar/{first}", params={"k": 2}).json()["similar"]
    names = [each["influencer_id"] for each in alike]
    assert names == recommender.similar(first, 2)["influencer_id"].tolist()


def test_probes_and_numbers(client, recommender):
    health = client.get("/health").json()
    assert (health["status"], health["influencers"]) == ("ok", len(recommender.influencers))
    assert client.get("/ready").status_code == 200
    numbers = client.get("/metrics").text
    assert 'morning_requests_total{route="/health",status="200"}' in numbers
    assert f"morning_influencers {float(len(recommender.influencers))}" in numbers


def test_the_explorer_needs_no_network_and_says_so(client):
    page = client.get("/")
    assert page.text.startswith("<!doctype html>")
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"brand": "nobody"}, 404),
        ({}, 422),
        ({"brand": "b", "about": "shoes"}, 422),
        ({"brand": "b", "surprise": 1}, 422),
        ({"brand": "b", "k": 0}, 422),
        ({"brand": "b", "k": 1_000_000}, 422),
        ({"about": "x" * 70_000}, 422),
    ],
)
def test_refusals(client, asked, status):
    answer = client.post("/rank", json=asked)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_condition_runs_no_code(client, brand):
    for condition in ("__import__('os').system('true')", "'a' * 10 ** 9 == language", "rank <"):
        answer = client.post("/rank", json={"brand": brand, "where": [condition]})
        assert answer.status_code == 422, condition
    found = client.post("/rank", json={"brand": brand, "where": ["rank > 2"], "k": 2}).json()
    assert found["ranking"][0]["rank"] > 2
    assert "removed" in found["notes"][0]


def test_what_is_no_json(client):
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"brand": NaN}'):
        answer = client.post("/rank", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), body[:10]


def test_a_body_that_is_too_large(run):
    with bounded(run, body_bytes=1000) as client:
        assert client.post("/rank", content=b"x" * 1001).status_code == 413
        parts = (b"x" * 400 for _ in range(10))  # whose length is not said
        assert client.post("/rank", content=parts).status_code == 413
        assert client.get("/health").status_code == 200


def test_a_key(run, brand):
    with bounded(run, key="open sesame") as client:
        asked = {"json": {"brand": brand}}
        assert client.post("/rank", **asked).status_code == 401
        assert client.post("/rank", headers={"X-API-Key": "open"}, **asked).status_code == 401
        right = {"X-API-Key": "open sesame"}
        assert client.post("/rank", headers=right, **asked).status_code == 200
        assert client.get("/health").status_code == 200


def test_a_rate(run, brand):
    with bounded(run, per_minute=3) as client:
        found = [client.post("/rank", json={"brand": brand}) for _ in range(4)]
        assert [answer.status_code for answer in found] == [200, 200, 200, 429]
        assert int(found[-1].headers["retry-after"]) == 20


def test_what_takes_too_long(run, brand, monkeypatch):
    def slow(asked, state):
        time.sleep(1)

    monkeypatch.setattr(module, "_ranking", slow)
    with bounded(run, answer_s=0.2, at_once=1) as client:
        assert client.post("/rank", json={"brand": brand}).status_code == 504
        assert client.post("/rank", json={"brand": brand}).status_code == 503  # still at it
        assert client.get("/health").status_code == 200


def test_a_fault_says_nothing_of_the_inside(run, brand, monkeypatch, caplog):
    def broken(asked, state):
        raise RuntimeError("a secret")

    monkeypatch.setattr(module, "_ranking", broken)
    with bounded(run) as client:
        answer = client.post("/rank", json={"brand": brand})
        assert (answer.status_code, answer.json()) == (
            500,
            {"detail": "this is a fault of the service"},
        )


def test_the_log_names_nobody(client, recommender, brand, capfd):
    client.get(f"/similar/{recommender.influencers[0]}")
    client.post("/rank", json={"brand": brand})
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[0] == "{"]
    assert [line["route"] for line in lines] == ["/similar/{influencer}", "/rank"]
    assert set(lines[0]) == {"request", "method", "route", "status", "ms"}
    assert recommender.influencers[0] not in json.dumps(lines)
    assert brand not in json.dumps(lines)


def test_a_new_state_is_served_without_a_pause(run, tmp_path):
    shutil.copytree(run.folder, tmp_path / "run")
    with TestClient(application(Settings(tmp_path / "run", reload_s=0.05))) as client:
        before = client.get("/health").json()
        recommender = Recommender.load(tmp_path / "run")
        gone = recommender.influencers[0]
        (tmp_path / "run" / "removed.json").write_text("{")  # half of a file
        time.sleep(0.3)
        assert client.get("/health").json() == before
        assert 'morning_reloads_total{outcome="failed"}' in client.get("/metrics").text
        (tmp_path / "run" / "removed.json").unlink()
        recommender.remove([gone])
        for _ in range(100):
            after = client.get("/health").json()
            if after != before:
                break
            time.sleep(0.05)
        assert after["influencers"] == before["influencers"] - 1
        assert client.get(f"/similar/{gone}").status_code == 404


def test_no_run(tmp_path):
    from morning.errors import MorningError

    with pytest.raises(MorningError, match="no run is here"):
        application(Settings(tmp_path))
    with pytest.raises(MorningError, match="positive"):
        Settings(tmp_path, answer_s=0)
