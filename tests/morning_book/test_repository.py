"""Buttons of the book: only where it is known where the repository lies."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from morning.errors import MorningError
from morning_book import ROOT
from morning_book.repository import REPOSITORY, add_buttons, elsewhere, repository

ADDRESS = "https://github.com/owner/name"
CONFIG = ROOT / "book" / "_config.yml"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    for name in (REPOSITORY, "GITHUB_SERVER_URL", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)


class TestWhere:
    def test_nothing_says_it(self):
        assert repository() == ""

    def test_on_githubs_machines(self, monkeypatch):
        monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
        assert repository() == ""
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        assert repository() == ADDRESS
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example.org")
        assert repository() == ""  # neither Colab nor Binder get there

    @pytest.mark.parametrize("end", ["", "/", ".git"])
    def test_the_variable_comes_first(self, monkeypatch, end):
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("GITHUB_REPOSITORY", "other/fork")
        monkeypatch.setenv(REPOSITORY, ADDRESS + end)
        assert repository() == ADDRESS

    @pytest.mark.parametrize("text", ["owner/name", "https://example.org/a/b", ADDRESS + "/x"])
    def test_no_address(self, monkeypatch, text):
        monkeypatch.setenv(REPOSITORY, text)
        with pytest.raises(MorningError, match=f"{REPOSITORY}: .+ is not https"):
            repository()


class TestButtons:
    @pytest.fixture
    def config(self, tmp_path):
        return Path(shutil.copy(CONFIG, tmp_path))

    def test_without_an_address_there_are_none(self, config):
        add_buttons(config, "")
        assert config.read_bytes() == CONFIG.read_bytes()
        assert not re.search("_button|repository", config.read_text(encoding="utf-8"))
        assert elsewhere("") == ""

    def test_with_one_all_else_stays(self, config):
        add_buttons(config, ADDRESS)
        before, after = (yaml.safe_load(p.read_text(encoding="utf-8")) for p in (CONFIG, config))
        assert after["sphinx"]["config"]["extensions"].pop() == "morning_book.repository"
        options = after["sphinx"]["config"]["html_theme_options"]
        assert options["repository_url"] == ADDRESS
        for name in set(options) - set(before["sphinx"]["config"]["html_theme_options"]):
            del options[name]
        assert after == before

    def test_colab_installs_what_is_pinned(self):
        pins = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
        text = elsewhere(ADDRESS)
        assert f"%pip install --quiet git+{ADDRESS}\n" in text
        assert next(pin for pin in pins if pin.startswith("node2vec==")).split()[0] in text
        assert "https://codespaces.new/owner/name" in text
