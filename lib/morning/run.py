"""A run folder: where its vectors, models, results and pages lie, and how results are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from morning.errors import MorningError
from morning.features import FeatureSet
from morning.files import read_json, whole_file, write_json
from morning.guard import readable
from morning.parameters import profile_name, run_folder
from morning.places import known_as

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from morning.evaluation import Task

#: The variant with every perspective, as Table IV calls it.
FULL = "full"
#: The model that we recommend: the profile of that name.
BEST = "best"


def read_results(path: str | Path) -> dict[str, Any]:
    """Return the document of a results table, whose `rows` are a list of objects.

    Raises
    ------
    MorningError
        If it is missing or damaged.
    """
    with readable(path, "results", "make them again"):
        document = read_json(path, dict)
        rows = document["rows"]
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            raise TypeError("its rows are no list of objects")
        return document


@dataclass(frozen=True)
class Run:
    """A run folder `runs/<name>/`: this class names every place in it.

    Models are read by `morning.models.load_seeds(run.model())`, so that what does not train does
    not depend on them.
    """

    folder: Path
    data: str = ""
    """What the run reads; empty: as its `parameters.json` says."""
    profile: str = ""
    """The profile that trains; empty: as its `parameters.json` says."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))

    @classmethod
    def named(cls, run: str, data: str, profile: str = "") -> Run:
        """Return the run that the parameters of a chapter name; see `morning.parameters`."""
        return cls(run_folder(run, data), data, profile_name(profile, data))

    @property
    def parameters(self) -> Path:
        """The file with the settings."""
        return self.folder / "parameters.json"

    @property
    def prepared(self) -> Path:
        """Topic models and the attribute encoder."""
        return self.folder / "prepared"

    @property
    def blocks(self) -> Path:
        """One folder and one note per perspective."""
        return self.folder / "blocks"

    def perspective(self, name: str) -> Path:
        """Return the folder with the blocks of a perspective; absent where it has none."""
        return self.blocks / name

    def note(self, perspective: str) -> Path:
        """Return the file that says which blocks a perspective has."""
        return self.blocks / f"{perspective}.json"

    def skipped(self, perspective: str) -> Path:
        """Return the list of pictures of a perspective that could not be used, and why.

        It names posts, so no page shows it.
        """
        return self.blocks / f"{perspective}_skipped_pictures.csv"

    @property
    def vectors(self) -> Path:
        """The FeatureSet that models are trained on."""
        return self.folder / "features"

    @property
    def manifest(self) -> Path:
        """The file that is written last of the FeatureSet, with the digest of every other."""
        return self.vectors / "manifest.json"

    def embedding(self, reading: str) -> Path:
        """Return the embedding of the attribute graph under a reading."""
        return self.folder / "attributes" / f"{reading}.txt"

    @property
    def variants(self) -> Path:
        """One folder per trained variant."""
        return self.folder / "model"

    def model(self, variant: str = FULL) -> Path:
        """Return the folder with the seeds of a variant."""
        return self.variants / variant

    @property
    def best(self) -> Path:
        """The model that we recommend, `morning.models.Best`."""
        return self.folder / BEST

    @property
    def candidates(self) -> Path:
        """What is known of influencers beside their vectors, `morning.recommend.candidates`."""
        return self.folder / "candidates.parquet"

    @property
    def pool(self) -> Path:
        """Vectors of all candidates to search in, `morning.recommend.index`."""
        return self.folder / "pool"

    @property
    def removed(self) -> Path:
        """Who is no candidate any more, `morning.recommend.added`."""
        return self.folder / "removed.json"

    @property
    def added(self) -> Path:
        """Influencers that were added later, `morning.recommend.added`."""
        return self.folder / "added"

    @property
    def added_record(self) -> Path:
        """Which of them count."""
        return self.added / "about.json"

    @property
    def chances(self) -> Path:
        """What a rank by that model is worth, `morning.recommend.chance`."""
        return self.folder / "chances.json"

    @property
    def explorer(self) -> Path:
        """A page to explore the rankings of the test brands."""
        return self.folder / "explorer.html"

    @property
    def comparison(self) -> Path:
        """Trained rivals."""
        return self.folder / "compare"

    def results(self, table: str, suffix: str = ".json") -> Path:
        """Return the file of a results table."""
        return self.folder / "results" / f"{table}{suffix}"

    @property
    def notebooks(self) -> Path:
        """Executed notebooks."""
        return self.folder / "notebooks"

    @property
    def figures(self) -> Path:
        """Figures as pictures."""
        return self.folder / "figures"

    @property
    def environment(self) -> Path:
        """What was installed when the last notebook was executed."""
        return self.folder / "provenance" / "environment.json"

    def record(self, notebook: str) -> Path:
        """Return the file that says how an executed notebook came about."""
        return self.folder / "provenance" / f"{notebook}.json"

    @property
    def exported(self) -> Path:
        """Digests of what an export wrote anew or left out; absent where the run was made."""
        return self.folder / "provenance" / "exported.json"

    @property
    def book(self) -> Path:
        """The rendered book, with what it was rendered from."""
        return self.folder / "book"

    @property
    def index(self) -> Path:
        """The first page of the book."""
        return self.book / "html" / "index.html"

    @property
    def tasks(self) -> Path:
        """What the pipeline remembers of its finished tasks."""
        return self.folder / ".doit.json"

    def inputs(self, kind: str) -> Path:
        """Return what the pipeline remembers of the files of its data or weights."""
        return self.folder / f".{kind}.json"

    def settings(self) -> dict[str, Any]:
        """Return the settings of the run; empty where they were never written.

        Raises
        ------
        MorningError
            If the file is damaged.
        """
        if not self.parameters.is_file():
            return {}
        settings = read_json(self.parameters, dict)
        if not all(isinstance(settings.get(name, ""), str) for name in ("data", "profile")):
            raise MorningError(
                f"{self.parameters}: data and profile must be text; make the run again"
            )
        return settings

    def features(self) -> FeatureSet:
        """Return the run's own FeatureSet."""
        return FeatureSet.load(self.vectors)

    def protocol(self, task: Task | None = None) -> dict[str, Any]:
        """Return what results say of how they came about: of the data alone without a task."""
        settings = {"data": "", "profile": ""} | self.settings()
        data = {"data": known_as(self.data or settings["data"])}
        if task is None:
            return data
        profile = self.profile or settings["profile"]
        return data | task.describe() | {"pool": task.pool, "profile": profile}

    def write(
        self,
        table: str,
        rows: Sequence[Mapping[str, Any]],
        task: Task | None = None,
        **extra: Any,
    ) -> dict[str, Any]:
        """Write `results/<table>.json` and return it.

        Parameters
        ----------
        table : str
        rows : sequence of mapping
            As `evaluation.result_row` makes them.
        task : Task, optional
            What was ranked; its sizes go into the protocol.
        **extra
            Further entries of the document.
        """
        document = {"table": table, "protocol": self.protocol(task), "rows": list(rows)} | extra
        write_json(self.results(table), document)
        return document

    def read(self, table: str) -> dict[str, Any]:
        """Return the document that `write` wrote; raises what `read_results` raises."""
        return read_results(self.results(table))

    def figure(self, name: str, figure: Figure | None) -> Figure | None:
        """Save a figure as `figures/<name>.png`, and return it; None, nothing to draw, stays."""
        if figure is None:
            return None
        with whole_file(self.figures / f"{name}.png") as temporary:
            figure.savefig(temporary, format="png", dpi=150, bbox_inches="tight", facecolor="white")
        return figure
