"""The book: settings, the notebooks as stages, their execution, the HTML.

This package knows the notebooks; `morning` knows nothing of them.
"""

from pathlib import Path


def _root() -> Path:
    """Return the folder of the story: beside an installed package, else the checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "story"
    return installed if installed.is_dir() else package.parents[1]


#: Notebooks, pages and `dodo.py` lie here. Nothing is written here: it may be read-only.
ROOT = _root()
#: Metrics of long experiments and of the benchmark, committed with the book.
RESULTS = ROOT / "book" / "results"
