"""What says which version this is says the same."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def newest():
    """Return version and day of the newest entry of the changes; no day before its release."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.search(r"^## (\S+), (?:not released yet|(\d{4}-\d\d-\d\d))$", text, re.M).groups()


def test_version_and_day_of_release():
    version, day = newest()
    assert version == PROJECT["version"] == CITATION["version"]
    assert CITATION.get("date-released") == day


def test_licence():
    assert CITATION["license"] == PROJECT["license"]
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_paper_is_the_one_that_the_book_cites():
    (paper,) = CITATION["references"]
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    entry = text[text.index("{wang2023morning,") :].split("\n}")[0]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for said in (entry, readme):
        assert paper["title"] in said
        assert f"{{{paper['doi']}}}" in said
        assert f"{{{paper['start']}--{paper['end']}}}" in said
        assert all(author["family-names"] in said for author in paper["authors"])


def test_pictures_and_pages_that_the_readme_leads_to_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    led = [path for path in re.findall(r"\]\(([^)]+)\)", text) if "://" not in path]
    assert any(path.endswith(".svg") for path in led)
    assert all((ROOT / path).is_file() for path in led)
