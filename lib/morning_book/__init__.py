"""The book: settings, the notebooks as stages, their execution, the HTML.

This package knows the notebooks; `morning` knows nothing of them.
"""

from pathlib import Path

#: The checkout: notebooks, pages and `dodo.py` lie here.
ROOT = Path(__file__).resolve().parents[2]
#: Metrics of long experiments and of the benchmark, committed with the book.
RESULTS = ROOT / "book" / "results"
