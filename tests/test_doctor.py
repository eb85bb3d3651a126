"""What the environment has, and what is said where something is missing."""

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest
from morning import doctor
from morning.doctor import Finding, examine
from morning.sources import released


def finding(what: str) -> Finding:
    return next(found for found in examine() if found.what == what)


def test_how_a_line_reads():
    assert str(Finding("disk", "9 GB free")) == "     ok  disk: 9 GB free"
    missing = Finding("gensim", "not installed", True, "install it")
    assert str(missing) == "MISSING  gensim: not installed - install it"


def test_this_environment_is_complete(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MORNING_MIRROR", raising=False)
    findings = examine()
    assert [str(found) for found in findings if found.missing] == []
    named = [found.what for found in findings]
    assert len(named) == len(set(named))
    assert {"Python", "torch", "gensim", "node2vec", "device", "public data", "disk"} <= set(named)
    assert "pytest" not in named  # needed for development only


@pytest.mark.parametrize(
    ("version", "missing"),
    [((3, 10, 9), True), ((3, 11, 0), False), ((3, 13, 7), False), ((3, 14, 0), True)],
)
def test_python(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], missing: bool):
    monkeypatch.setattr(doctor, "sys", SimpleNamespace(version_info=version))
    found = doctor._python()
    assert found.missing == missing
    assert found.found == ".".join(map(str, version))
    assert ("3.11 to 3.13" in found.advice) == missing


class TestPackages:
    def test_one_is_not_installed(self, monkeypatch: pytest.MonkeyPatch):
        version = doctor.version

        def without_gensim(name: str) -> str:
            if name == "gensim":
                raise PackageNotFoundError(name)
            return version(name)

        monkeypatch.setattr(doctor, "version", without_gensim)
        found = finding("gensim")
        assert found.missing
        assert found.found == "not installed"
        assert "requirements.lock" in found.advice
        assert [f.what for f in doctor._packages() if f.missing] == ["gensim"]

    @pytest.mark.parametrize(
        ("name", "cure"),
        [
            ("gensim", 'pip install "gensim>=4.4"'),
            ("node2vec", 'pip install --no-deps "node2vec==0.5.0"'),
        ],
    )
    def test_outside_a_checkout_there_is_no_lock(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, cure: str
    ):
        def nothing(name: str) -> str:
            raise PackageNotFoundError(name)

        monkeypatch.setattr(doctor, "_LOCK", tmp_path / "requirements.lock")
        monkeypatch.setattr(doctor, "version", nothing)
        assert finding(name).advice == cure

    def test_one_is_too_old(self, monkeypatch: pytest.MonkeyPatch):
        version = doctor.version
        monkeypatch.setattr(
            doctor, "version", lambda name: "1.26.4" if name == "numpy" else version(name)
        )
        found = finding("numpy")
        assert found.missing
        assert (found.found, found.advice) == ("1.26.4", "needs >=2.0")

    def test_the_project_itself_is_not_installed(self, monkeypatch: pytest.MonkeyPatch):
        def nothing(name: str) -> None:
            raise PackageNotFoundError(name)

        monkeypatch.setattr(doctor, "distribution", nothing)
        (found,) = doctor._packages()
        assert found.missing
        assert "pip install" in found.advice

    def test_one_that_does_not_import(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setitem(sys.modules, "gensim", None)  # makes `import gensim` fail
        (found,) = doctor._imports()
        assert found.missing
        assert found.what == "import gensim"
        assert found.found.startswith("ModuleNotFoundError: ")


class TestPublicData:
    def test_a_mirror_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        monkeypatch.setenv("MORNING_MIRROR", str(tmp_path / "nowhere"))
        found = finding("public data")
        assert found.missing
        assert "MORNING_MIRROR: there is no folder" in found.found

    def test_counts_what_is_there(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        monkeypatch.setenv("MORNING_MIRROR", str(tmp_path))
        assert doctor._public_data().found == f"0 of 36 files in {tmp_path}"
        assert doctor._public_data().advice == "run `morning fetch public`"
        for file in released.registry().values():
            path = file.below(tmp_path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        found = doctor._public_data()
        assert found.found == f"36 of 36 files in {tmp_path}"
        assert not found.missing
        assert found.advice == ""

    def test_not_fetched_yet_is_no_fault(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        monkeypatch.delenv("MORNING_MIRROR", raising=False)
        monkeypatch.setenv("MORNING_DATA", str(tmp_path))
        found = finding("public data")
        assert not found.missing
        assert found.found == f"0 of 36 files in {tmp_path / 'public'}"


@pytest.mark.parametrize(("free", "missing"), [(5e8, True), (5e9, False)])
def test_disk(monkeypatch: pytest.MonkeyPatch, free: float, missing: bool):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert doctor._disk().missing == missing
