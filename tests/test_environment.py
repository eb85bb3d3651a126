"""The repository itself: pinned packages, nobody's handle in any file."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from toys.gates import telling_handles
from toys.stored import stored_files

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Packages whose conda name is another one.
CONDA = {"torch": "pytorch", "ray": "ray-data"}


def required(*extras: str) -> dict[str, Requirement]:
    """Return what pyproject.toml asks for, by canonical name."""
    optional = PROJECT["optional-dependencies"]
    texts = PROJECT["dependencies"] + [text for extra in extras for text in optional[extra]]
    found = [Requirement(text) for text in texts]
    assert len({canonicalize_name(r.name) for r in found}) == len(found)
    return {canonicalize_name(r.name): r for r in found}


class TestLock:
    def lines(self) -> list[str]:
        """Return a line for each pin, with its hashes."""
        text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        lines = re.sub(r" \\\n +", " ", text).splitlines()
        return [line for line in lines if not line.startswith("#")]

    def pins(self) -> dict[str, list[tuple[Requirement, str]]]:
        pins: dict[str, list[tuple[Requirement, str]]] = {}
        for line in self.lines():
            requirement = Requirement(line.split(" --hash=")[0])
            pins.setdefault(canonicalize_name(requirement.name), []).append((requirement, line))
        return pins

    def test_every_line_pins_one_version(self):
        pins = self.pins()
        assert len(pins) > 100
        for name, entries in pins.items():
            for requirement, line in entries:
                (specifier,) = requirement.specifier
                assert specifier.operator == "==", line
                assert "*" not in specifier.version, line
            if len(entries) > 1:  # several versions only for several platforms
                assert all(requirement.marker for requirement, _ in entries), name

    def test_every_file_that_may_be_installed_has_a_hash(self):
        for line in self.lines():
            pin, *hashes = line.split(" --hash=")
            assert hashes, pin
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), pin

    def test_everything_that_pyproject_asks_for_is_pinned_as_it_asks(self):
        pins = self.pins()
        for name, requirement in required(*PROJECT["optional-dependencies"]).items():
            assert name in pins, f"{name} is not in requirements.lock"
            for pinned, line in pins[name]:
                (specifier,) = pinned.specifier
                assert requirement.specifier.contains(specifier.version), line
                assert pinned.marker is None, line

    def test_nothing_names_a_machine(self):
        text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        assert "--index-url" not in text
        assert "://" not in text
        assert " @ " not in text


class TestServiceAlone:
    """What the container of `morning serve` installs."""

    @staticmethod
    def pins(path: str) -> dict[str, str]:
        text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", "")
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return {re.split(r"[=<> ;]", line)[0]: " ".join(line.split()) for line in lines}

    def test_it_is_a_part_of_the_lock(self):
        part, whole = self.pins("deploy/serve.lock"), self.pins("requirements.lock")
        assert len(part) > 40
        assert {name: whole.get(name) for name in part} == part
        assert set(self.pins("deploy/serve.in")) <= set(part)

    def test_it_is_enough_and_trains_nothing(self, tmp_path):
        """Where nothing else can be imported, the service is there."""
        code = """
import sys
from importlib.metadata import packages_distributions
part = {name.lower().replace("_", "-") for name in sys.argv[1].split()} | {"morning"}
owners = packages_distributions()
class Refusing:
    def find_spec(self, name, path=None, target=None):
        who = {each.lower().replace("_", "-") for each in owners.get(name.split(".")[0], ())}
        if who and not who & part:
            raise ModuleNotFoundError(f"{name} is not in the container", name=name)
sys.meta_path.insert(0, Refusing())
import morning.cli, morning.serve.server, morning.recommend.recommender, morning.report.boards
import morning.features.topics, morning.attributes.block, morning.sources.newcomers, faiss
print("done")
"""
        names = " ".join(self.pins("deploy/serve.lock"))
        done = subprocess.run(
            [sys.executable, "-c", code, names],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "lib")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("done\n", "")


class TestConda:
    def environment(self) -> tuple[dict[str, SpecifierSet], str]:
        """Return the packages of environment.yml by name, and all of its text."""
        text = (ROOT / "environment.yml").read_text(encoding="utf-8")
        packages = {}
        for line in text.split("dependencies:")[1].splitlines():
            entry = line.split("#")[0].strip().strip("'\"")
            if match := re.fullmatch(r"- ['\"]?([A-Za-z0-9_.-]+)\s*([<>=!~].*?)?['\"]?", entry):
                name, specifier = match.groups()
                assert name not in packages, f"{name} twice"
                packages[name.lower()] = SpecifierSet(specifier or "")
        return packages, text

    def test_the_same_packages_as_pyproject(self):
        packages, _ = self.environment()
        python = packages.pop("python")
        assert python == SpecifierSet(PROJECT["requires-python"])
        packages.pop("pip", None)
        expected = {
            CONDA.get(name, name).lower(): requirement.specifier
            for name, requirement in required("dev", "ann", "ray", "serve").items()
        }
        renamed = {canonicalize_name(name): specifier for name, specifier in packages.items()}
        assert renamed == {canonicalize_name(name): s for name, s in expected.items()}

    def test_node2vec_comes_by_pip_without_its_cap_on_numpy(self):
        packages, text = self.environment()
        assert "node2vec" not in packages
        (pin,) = PROJECT["optional-dependencies"]["node2vec"]
        for said in (text, (ROOT / "README.md").read_text(encoding="utf-8")):
            assert f"pip install --no-deps {pin} " in said


class TestElsewhere:
    """Where others run it: a development container, Binder, GitHub's machines."""

    PYTHONS = SpecifierSet(PROJECT["requires-python"])
    TARGETS = frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    WORKFLOWS = tuple(sorted((ROOT / ".github" / "workflows").glob("*.yml")))

    def test_the_container_makes_the_environment(self):
        text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
        container = json.loads(text)
        assert container["image"].split(":")[1] in self.PYTHONS
        make, target = container["postCreateCommand"].split()
        assert make == "make"
        assert target in self.TARGETS
        settings = container["customizations"]["vscode"]["settings"]
        assert settings["python.defaultInterpreterPath"].endswith("/.venv/bin/python")

    def test_binder_installs_what_is_pinned(self):
        folder = ROOT / ".binder"
        assert {path.name for path in folder.iterdir()} == {"runtime.txt", "postBuild"}
        language, python = (folder / "runtime.txt").read_text(encoding="utf-8").strip().split("-")
        assert language == "python"
        assert python in self.PYTHONS
        script = folder / "postBuild"
        assert os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", script], check=True)
        # Called with a Python that prints what it is asked for.
        asked = 'python() { echo "$@"; }; . .binder/postBuild'
        done = subprocess.run(["bash", "-c", asked], cwd=ROOT, capture_output=True, check=True)
        torch, lock, project = done.stdout.decode().splitlines()
        assert re.search(r" torch==[\d.]+$", torch)
        assert lock.endswith(" --no-deps --require-hashes -r requirements.lock")
        assert project.endswith(" --no-deps -e .")

    @pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
    def test_workflows_call_what_is_there(self, path):
        text = path.read_text(encoding="utf-8")
        assert yaml.safe_load(text)["jobs"]
        assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= self.TARGETS
        for name in re.findall(r"[\w/]+\.md\b", text):
            assert (ROOT / name).is_file(), name

    @pytest.mark.parametrize("name", ["links", "audit", "lowest"])
    def test_what_others_change_is_looked_at_every_week(self, name):
        text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
        triggers = yaml.safe_load(text)[True]  # YAML reads `on` as true
        assert "workflow_dispatch" in triggers
        assert triggers["schedule"][0]["cron"].split()[2:4] == ["*", "*"]

    def test_links_are_checked_on_all_pages_for_readers(self):
        text = (ROOT / ".github" / "workflows" / "links.yml").read_text(encoding="utf-8")
        assert {path.name for path in ROOT.glob("*.md")} <= set(re.findall(r"\w+\.md", text))
        assert "runs/demo/book/html" in text


@pytest.mark.mirror
def test_no_influencer_is_named_in_any_file(mirror: Path):
    telling = telling_handles(mirror)
    count = len(telling)
    assert count > 900
    named = []
    for path in stored_files():
        if path.name == "brand_categories.csv":
            continue
        try:
            text = path.read_text(encoding="utf-8").lower()
        except UnicodeDecodeError:
            continue  # no text
        words = {word.strip("._") for word in re.findall(r"[a-z0-9._]+", text)}
        named += [path.name for handle in telling if handle.strip("._") in words]
    assert named == []  # the files, not the handles: this may be printed


def test_nothing_names_a_machine():
    """Absolute paths of somebody's home or of a workplace have no business in any file."""
    pattern = re.compile(r"/(?:home|Users)/[a-z]+|/work/[a-z]+/|/root/")
    named = {}
    for path in stored_files():
        if path == Path(__file__).resolve():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # no text
        if match := pattern.search(text):
            named[str(path.relative_to(ROOT))] = match.group()
    assert named == {}
