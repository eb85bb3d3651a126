"""Released networks: fetched once, refused where they are not what they should be."""

import logging
from dataclasses import replace

import pytest
from morning.errors import MorningError
from morning.features.visual.fetched import fetch, locate
from morning.features.visual.weights import IMAGENET, PLACES365, SCENES
from toys.cache import own_cache
from toys.weights import CONTENT, PAGE, serving

WHOLE = CONTENT[PLACES365["resnet50"].name]


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    return own_cache(monkeypatch, tmp_path / "cache")


@pytest.fixture
def files(server):
    """Objects, scenes, labels: known by eight digits, by nothing, and by a whole digest."""
    return server.files()


def names(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_fetched_once(server, files, cache, caplog):
    path = locate(files[1])
    assert path == cache / files[1].name
    assert path.read_bytes() == WHOLE
    assert locate(files[1]) == path
    assert server.asked == [files[1].name]
    assert names(cache) == [files[1].name, f"{files[1].name}.sha256"]
    (said,) = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert said.startswith("fetching resnet50_places365.pth.tar once (about 97 MB)")


def test_how_much_it_is_is_said_first_and_once(files, caplog, capsys):
    fetch(files)
    (said,) = caplog.messages
    assert said.endswith("once (about 276 MB); --visual none prevents it")
    assert "100%" in capsys.readouterr().err  # a bar


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_file_that_is_cut_off_never_appears(server, files, cache, which):
    content = CONTENT[[IMAGENET, PLACES365["resnet50"], SCENES][which].name]
    server.answers = [(200, content[:5], len(content))] * 3
    with pytest.raises(MorningError, match=r"cannot fetch http.*MORNING_WEIGHTS"):
        locate(files[which])
    assert names(cache) == []
    assert locate(files[which]).read_bytes() == content


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_page_instead_of_a_file_is_refused(server, files, cache, which):
    server.answers = [(200, PAGE, len(PAGE))]
    with pytest.raises(MorningError, match=r"not what was released|holds no weights"):
        locate(files[which])
    assert names(cache) == []


@pytest.mark.parametrize("which", [0, 2])
def test_another_content_than_the_published_digest_is_refused(server, files, cache, which):
    server.answers = [(200, b"PK\x03\x04 others", 10)]
    with pytest.raises(MorningError, match=r"sent is not what was released: SHA-256 \w{16}…"):
        locate(files[which])
    assert names(cache) == []


def test_what_came_first_is_what_must_come_again(server, files, cache):
    path = locate(files[1])
    path.unlink()
    other = b"\x80\x02 other scenes"
    server.answers = [(200, other, len(other))]
    with pytest.raises(MorningError, match="not what was released"):
        locate(files[1])
    assert names(cache) == [f"{files[1].name}.sha256"]
    assert locate(files[1]).read_bytes() == WHOLE


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_cached_file_that_changed_is_refused(files, cache, which):
    path = locate(files[which])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(MorningError, match="delete it to fetch it again"):
        locate(files[which])


def test_a_damaged_file_of_torchvision_is_refused(files, tmp_path):
    folder = tmp_path / "cache" / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / files[0].name).write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(MorningError, match=r"resnet101-\w+\.pth is not what was released"):
        locate(files[0])


def test_what_a_user_put_into_a_folder_is_the_users_own(server, files, tmp_path):
    for name in ("resnet101.pth", files[1].name, files[2].name):
        (tmp_path / name).write_bytes(b"mine")
    assert [locate(file, tmp_path).read_bytes() for file in files] == [b"mine"] * 3
    assert server.asked == []
    (tmp_path / files[0].name).write_bytes(b"not what its name says")
    with pytest.raises(MorningError, match="not what was released"):
        locate(files[0], tmp_path)


def test_what_a_folder_lacks_is_named_with_its_address(server, files, tmp_path):
    with pytest.raises(MorningError, match=r"no resnet101\.pth; fetch it from http.* put it there"):
        locate(files[0], tmp_path)
    assert server.asked == []


def test_without_a_network_one_sentence_says_where_to_put_it(files, cache):
    nowhere = [replace(file, url="http://127.0.0.1:9/x") for file in files]
    with pytest.raises(MorningError) as caught:
        fetch(nowhere)
    assert str(caught.value) == (
        "cannot fetch http://127.0.0.1:9/x (ConnectionError); fetch it elsewhere and put it into "
        "a folder that MORNING_WEIGHTS names"
    )
    assert names(cache) == []
