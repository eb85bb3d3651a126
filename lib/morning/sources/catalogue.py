"""Every source there is: some by name, others by what a folder holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from morning.dataset import Dataset
from morning.errors import ContractError, MorningError, Problem, Report
from morning.evaluation.protocol import mark_validation
from morning.features.featureset import FeatureSet, is_feature_set
from morning.places import data_folder
from morning.sources import archive, demo, folder, public
from morning.sources.source import Source

log = logging.getLogger(__name__)

#: Seed of the demo world that the book shows. The generator, the `quick` profile and how MIR and
#: HPTR scale their inputs were tried out on other seeds, so that this world was not chosen for
#: what it shows.
DEMO_SEED = 7


def _demo() -> Source:
    """Return the generated world; its brands are few, and a tenth would say little."""
    world = demo.generate(data_folder() / "demo", seed=DEMO_SEED)
    return Source("demo", world, planted=True, validation_share=0.2)


def _public() -> Source:
    return Source("public", public.dataset(), public.load(), released=True)


#: Sources that have a name -> how each is opened.
NAMED: dict[str, Callable[[], Source]] = {"demo": _demo, "public": _public}
#: Layouts that a folder may have instead of the four tables of `folder`.
LAYOUTS = (archive,)


#: What happens to posts that name a partner, and so made a label.
LABEL_POSTS = ("keep", "drop")


def load(data: str | Path, *, label_posts: str = "keep") -> Source:
    """Open a data source; some training brands are marked for validation where none are.

    What is odd about a folder is logged.

    Parameters
    ----------
    data : str or path
        One of `NAMED`, or a folder: a Dataset, a FeatureSet, or the authors' spreadsheets (see
        `morning.sources.archive`).
    label_posts : "keep" or "drop"
        What happens to posts that name a partner of their author.

    Raises
    ------
    MorningError
        If there is no such source.
    ContractError
        With every violation in the folder: file, row, column and rule.
    """
    if label_posts not in LABEL_POSTS:
        raise MorningError(f"label_posts is {label_posts!r}, not one of {', '.join(LABEL_POSTS)}")
    named = isinstance(data, str) and data in NAMED
    source = _marked(NAMED[str(data)]() if named else _load_folder(Path(data)))
    return source.without_label_posts() if label_posts == "drop" else source


def _marked(source: Source) -> Source:
    """Mark validation brands where there are none."""
    share, features = source.validation_share, source.features
    return replace(
        source,
        dataset=mark_validation(source.dataset, share),
        features=None if features is None else mark_validation(features, share),
    )


def check(path: str | Path) -> Report:
    """Return everything that is wrong or odd with a folder, whatever its layout.

    Bad content never raises.
    """
    return inspect(path)[1]


def inspect(path: str | Path) -> tuple[Source | None, Report]:
    """Return a folder as `load` would, None where it is beyond use, and what `check` returns."""
    path = Path(path)
    if not path.is_dir():
        return None, Report(errors=[Problem(str(path), "is not a folder")])
    source, report = _inspect(path)
    return _marked(source) if source and report.ok else None, report


def _load_folder(path: Path) -> Source:
    if not path.is_dir():
        known = ", ".join(NAMED)
        raise MorningError(f"no data source {str(path)!r}: give {known} or an existing folder")
    source, report = _inspect(path)
    report.log_warnings(log, path)
    if source is None or not report.ok:
        raise ContractError(str(path), report.errors)
    return source


def _inspect(path: Path) -> tuple[Source | None, Report]:
    """Read a folder; return what could be read and all findings."""
    if is_feature_set(path):
        return _inspect_features(path)
    layout = next((each for each in LAYOUTS if each.recognises(path)), folder)
    dataset, report = layout.inspect(path)
    return None if dataset is None else Source(str(path), dataset), report


def _inspect_features(path: Path) -> tuple[Source | None, Report]:
    try:
        features = FeatureSet.load(path)
        tables = Dataset(features.accounts, features.collaborations).validate()
    except ContractError as error:
        return None, Report(errors=error.problems)
    except (MorningError, OSError, ValueError, TypeError, KeyError) as error:
        return None, Report(errors=[Problem(path.name, str(error))])
    return Source(str(path), tables, features), Report()
