"""The `morning` command. Data go to stdout, progress and messages to stderr."""

from __future__ import annotations

import gc
import json
import logging
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from morning.errors import MorningError, counted
from morning.files import explained
from morning.plain import on_one_line, visible

if TYPE_CHECKING:
    import pandas as pd

    from morning.recommend.encoder import Encoded
    from morning.recommend.recommender import Recommender


def say(text: object, *, err: bool = False) -> None:
    """Print text that may hold some of the data: the terminal shows it, and obeys none of it."""
    typer.echo(visible(text), err=err)


class Visible(logging.Formatter):
    """Formats messages as `say` prints text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a message."""
        return visible(super().format(record))


class Interruptible(typer.core.TyperGroup):
    """Commands that go on where they were when they are called again."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; Ctrl-C is one sentence and exit code 130."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say("interrupted; call again to go on", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Interruptible,
    help="Micro-influencer recommendation: fetch data, train, evaluate, rebuild the book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Features = Annotated[Path, typer.Option(help="FeatureSet folder to train on.", show_default=False)]
FittedRun = Annotated[Path, typer.Option(help="Run folder with a fitted model.")]
BrandId = Annotated[str, typer.Option("--brand", help="Id of a brand of the run.")]
BrandPosts = Annotated[
    Path | None,
    typer.Option("--posts", help="Folder with the posts of a brand that is not in the run."),
]
BrandAbout = Annotated[
    str, typer.Option("--about", help="A description of such a brand, hashtags too.")
]
RankingFormat = Annotated[str, typer.Option(help="table, csv or json.")]
_DEMO = Path("runs/demo")
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:<n>.")]


@app.command()
def fetch(
    source: Annotated[str, typer.Argument(help="What to fetch: public.")],
    mirror: Annotated[
        Path | None, typer.Option(help="Folder to read instead of the network.")
    ] = None,
) -> None:
    """Fetch the released research files and verify every one of them."""
    from morning.sources import released

    if source != "public":
        raise typer.BadParameter(f"unknown source {source!r}; known is public")
    files = released.fetch(mirror=mirror)
    size = sum(path.stat().st_size for path in files.values())
    say(f"{len(files)} files, {size / 1e6:.1f} MB, all as released", err=True)


@app.command()
def train(
    features: Features,
    out: Annotated[Path, typer.Option(help="New run folder.", show_default=False)],
    profile: Annotated[
        str, typer.Option(help="best, or a reproduction: paper, code, bamir or quick.")
    ] = "best",
    blocks: Annotated[str, typer.Option(help="Comma-separated; default all.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of a reproduction.")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Of a reproduction.")] = None,
    device: Device = "auto",
) -> None:
    """Train the model that we recommend on a FeatureSet, or MORNING as it was published.

    The recommended one is fitted in seconds. The others choose their epoch on validation brands;
    interrupted, they go on from where they were when called again.
    """
    from morning.evaluation import mark_validation
    from morning.features import FeatureSet
    from morning.models import profile as named_profile
    from morning.run import BEST
    from morning.studies.trained import fit_run, train_run

    vectors = mark_validation(FeatureSet.load(features))
    if blocks:
        vectors = vectors.select(name.strip() for name in blocks.split(","))
    if profile == BEST:
        if epochs is not None or seed:
            raise typer.BadParameter(f"profile {BEST} has neither epochs nor seeds")
        fit_run(vectors, out)
    else:
        chosen = named_profile(profile).trained_with(seed=seed, epochs=epochs)
        train_run(vectors, chosen, out, name=profile, device=device)
    say(f"{out}: done; `morning evaluate {out}` scores its test brands", err=True)


@app.command()
def evaluate(
    run: Annotated[Path, typer.Argument(help="Run folder.", show_default=False)],
    features: Annotated[Path | None, typer.Option(help="Default: the run's own.")] = None,
    pool: Annotated[str, typer.Option(help="Candidates: split (the paper) or all.")] = "split",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Score the test brands: seven metrics with their 95 % intervals, from 10 brands on."""
    from morning.evaluation import METRICS
    from morning.features import FeatureSet
    from morning.run import Run
    from morning.studies.trained import evaluate_run

    vectors = FeatureSet.load(features) if features else None
    row = evaluate_run(Run(run), vectors, pool=pool)
    if as_json:
        say(json.dumps(row, allow_nan=False))
        return
    sizes = row["protocol"]
    say(f"{sizes['brands']} brands x {sizes['candidates']} candidates, {row['seeds']} seed(s)")
    for name in METRICS:
        value, interval = row[name], row["ci95"][name]
        text = "–" if value is None else f"{value:.4f}"
        text += f"  [{interval[0]:.4f}, {interval[1]:.4f}]" if interval else ""
        say(f"{name:>10}  {text}")


@app.command()
def compare(
    features: Features,
    methods: Annotated[str, typer.Option(help="Comma-separated names; default all.")] = "",
    seeds: Annotated[int, typer.Option(min=1)] = 3,
    data: Annotated[
        str, typer.Option(help="Source of posts for methods that need them: demo, public, folder.")
    ] = "",
    cache: Annotated[
        Path | None, typer.Option(help="Where finished trainings are kept; default beside DIR.")
    ] = None,
    profile: Annotated[
        str, typer.Option(help="Of MORNING: paper, code, bamir or quick.")
    ] = "paper",
    epochs: Annotated[int | None, typer.Option(min=1, help="Of every method.")] = None,
    format: Annotated[str, typer.Option(help="table, csv or latex.")] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare methods under one protocol: Table III on any FeatureSet.

    Interrupted, it goes on from where it was when called again.
    """
    from morning.report.export import to_csv, to_latex, to_text
    from morning.studies.baselines import compare_folder

    forms = {"table": to_text, "csv": to_csv, "latex": to_latex}
    if format not in forms:
        raise typer.BadParameter(f"format must be one of {', '.join(forms)}")
    names = [name.strip() for name in methods.split(",") if name.strip()]
    document = compare_folder(
        features, names, seeds=seeds, data=data, cache=cache, profile=profile, epochs=epochs
    )
    for note in document["notes"]:
        say(on_one_line(note), err=True)
    if as_json:
        say(json.dumps(document, allow_nan=False))
    else:
        say(forms[format](document["rows"]).rstrip())


@app.command()
def rank(
    brand: BrandId = "",
    posts: BrandPosts = None,
    about: BrandAbout = "",
    run: FittedRun = _DEMO,
    top: Annotated[int, typer.Option(min=1, help="How many influencers.")] = 20,
    partners: Annotated[bool, typer.Option("--partners", help="Known partners, too.")] = False,
    where: Annotated[
        list[str] | None, typer.Option(help='A condition, such as "followers < 50000"; again: and.')
    ] = None,
    diversity: Annotated[
        float, typer.Option(min=0, max=1, help="0: by score alone; more: unlike one another.")
    ] = 0.0,
    budget: Annotated[
        float | None, typer.Option(min=0, help="Who brings most for it; needs a column of costs.")
    ] = None,
    cost: Annotated[str, typer.Option(help="The column of costs, of accounts.")] = "cost",
    format: Annotated[str, typer.Option(help="table, csv, json or html.")] = "table",
    ids: Annotated[
        bool, typer.Option("--ids", help="In html: ids of influencers, not pseudonyms.")
    ] = False,
    approximate: Annotated[
        bool, typer.Option("--approximate", help="Ask the index that `morning index` made.")
    ] = False,
    everyone: Annotated[
        bool, typer.Option("--all", help="For all brands of the run, one below the other.")
    ] = False,
    engine: Annotated[
        str, typer.Option(help="With --all, where: local, ray, or a cluster's address.")
    ] = "local",
) -> None:
    """Rank influencers for a brand: of the run, or a new one by its posts or a description.

    Nothing is trained, and the data of the run are not needed. With conditions, diversity or a
    budget, what is known of the influencers is shown, too. html is a page to explore and to mail:
    the whole ranking, with filters of its own.
    """
    from morning.recommend.recommender import Recommender
    from morning.scale.engines import Engine

    chosen, page = bool(where or diversity or budget is not None), format == "html"
    if engine != "local" and not everyone:
        raise typer.BadParameter("--engine is of --all")
    if chosen and page:
        raise typer.BadParameter("html has the whole ranking, and filters of its own")
    if approximate and (chosen or page):
        raise typer.BadParameter("an approximate answer is a plain ranking")
    form = None if page else _ranking_format(format)
    recommender = Recommender.load(run)
    if everyone:
        if chosen or approximate or form is None or brand or posts or about:
            raise typer.BadParameter("--all is of plain rankings of the brands of the run")
        Engine.choose(engine)
        say(form(recommender.rank_all(top, exclude_partners=not partners)).rstrip())
        return
    asked = _asked(recommender, brand, posts, about)
    if form is None:
        from morning.report.boards import page_of

        name = brand or (posts.resolve().name if posts else about)
        typer.echo(page_of(recommender, {name: asked}, hide=not ids))
        return
    if chosen:
        ranking, said = recommender.shortlist(
            asked,
            top,
            where=where or (),
            diversity=diversity,
            budget=budget,
            cost=cost,
            exclude_partners=not partners,
        )
        for sentence in said:
            say(on_one_line(sentence), err=True)
        if ranking.empty:
            say("nobody is left: loosen a condition, or raise the budget", err=True)
    else:
        ranking = recommender.rank(
            asked, top, exclude_partners=not partners, approximate=approximate
        )
        if recall := ranking.attrs.get("recall"):
            say(f"Approximate: {recall:.1%} of the best 20 are found on average.", err=True)
    say(form(ranking).rstrip())


@app.command()
def explain(
    influencer: Annotated[str, typer.Option(help="Id of an influencer.", show_default=False)],
    brand: BrandId = "",
    posts: BrandPosts = None,
    about: BrandAbout = "",
    run: FittedRun = _DEMO,
    top: Annotated[int, typer.Option(min=1, help="How many reasons for it, and against.")] = 5,
    format: RankingFormat = "table",
) -> None:
    """Say why an influencer stands where they stand for a brand: what speaks for it, and against.

    Reasons are weighed by the average influencer. csv and json have every part of the score.
    """
    from morning.recommend.recommender import Recommender
    from morning.report.reasons import explanation

    form, recommender = _ranking_format(format), Recommender.load(run)
    asked = _asked(recommender, brand, posts, about)
    if format == "table":
        say(explanation(recommender, asked, influencer, top))
    else:
        say(form(recommender.explain(asked, influencer)).rstrip())


@app.command()
def similar(
    influencer: Annotated[str, typer.Argument(help="Id of an influencer.", show_default=False)],
    run: FittedRun = _DEMO,
    top: Annotated[int, typer.Option(min=1, help="How many.")] = 20,
    format: RankingFormat = "table",
) -> None:
    """Name the influencers of a run that are most like one of them."""
    from morning.recommend.recommender import Recommender

    form = _ranking_format(format)
    say(form(Recommender.load(run).similar(influencer, top)).rstrip())


@app.command()
def add(
    folder: Annotated[
        Path, typer.Argument(help="Influencers: posts, accounts, audiences.", show_default=False)
    ],
    run: FittedRun = _DEMO,
    engine: Annotated[
        str, typer.Option(help="Where many posts are read: local, ray, or a cluster's address.")
    ] = "local",
) -> None:
    """Add influencers to those that a run ranks, all of them or none; nothing is trained.

    A table of the folder may be a folder of Parquet files: then no more than a part of it is in
    memory at a time.
    """
    from morning.recommend.recommender import Recommender
    from morning.scale.engines import Engine
    from morning.sources.newcomers import read_newcomers
    from morning.sources.partitioned import is_partitioned, parts

    Engine.choose(engine)
    ours = Recommender.load(run)
    _, notes = ours.add(
        parts(folder, ours.encoder.audience, ours.run.folder)
        if is_partitioned(folder)
        else read_newcomers(folder, "influencer")
    )
    for note in notes:
        say(on_one_line(note), err=True)


@app.command()
def remove(
    influencers: Annotated[
        list[str], typer.Argument(help="Ids of influencers.", show_default=False)
    ],
    run: FittedRun = _DEMO,
) -> None:
    """Take influencers from those that a run ranks.

    What the model learnt of them stays in it until it is trained without them.
    """
    from morning.recommend.recommender import Recommender

    Recommender.load(run).remove(influencers)
    say(f"{counted(len(set(influencers)), 'influencer')} removed.", err=True)


@app.command()
def index(
    run: FittedRun = _DEMO,
    recall: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of the best 20 that approximate answers find."),
    ] = 0.98,
    exact: Annotated[
        bool, typer.Option("--exact", help="No index for approximate answers.")
    ] = False,
) -> None:
    """Write the vectors of a run's influencers to disk, to be searched there.

    For more of them than memory holds. What is added and removed later is followed.
    """
    from morning.recommend.recommender import Recommender

    _, notes = Recommender.load(run).make_index(None if exact else recall)
    for note in notes:
        say(note, err=True)


@app.command()
def serve(
    run: FittedRun = _DEMO,
    host: Annotated[str, typer.Option(help="0.0.0.0: for other machines, too.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    key_file: Annotated[
        Path | None, typer.Option(help="A file with what clients must send as X-API-Key.")
    ] = None,
    per_minute: Annotated[
        int, typer.Option(min=0, help="Requests of one address in a minute; 0: any.")
    ] = 0,
) -> None:
    """Rank, explain and compare over HTTP; the explorer is at /, the schema at /openapi.json.

    The run may be made anew, and influencers added and removed, while it is served.
    """
    try:
        from morning.serve.server import server
    except ImportError as error:
        raise MorningError(f"{error.name} is missing: pip install 'morning[serve]'") from None
    from morning.serve.settings import Settings

    key = key_file.read_text(encoding="utf-8").strip() if key_file else ""
    if key_file and not key:
        raise MorningError(f"{key_file}: holds no key")
    settings = Settings(run, key=key, per_minute=per_minute)
    made = server(settings, host, port)
    say(f"serving {run} at http://{host}:{port}", err=True)
    made.run()


def _asked(recommender: Recommender, brand: str, posts: Path | None, about: str) -> str | Encoded:
    """Return the brand that a command is about; what is not known of it is said."""
    from morning.sources.newcomers import described, read_newcomers

    if sum(map(bool, (brand, posts, about))) != 1:
        raise typer.BadParameter("give one of --brand, --posts and --about")
    if brand:
        return brand
    new = recommender.encode(described(about) if posts is None else read_newcomers(posts))
    for note in new.notes:
        say(on_one_line(note), err=True)
    return new


def _ranking_format(name: str) -> Callable[[pd.DataFrame], str]:
    from morning.report.rankings import to_csv, to_json, to_text

    forms = {"table": to_text, "csv": to_csv, "json": to_json}
    if name not in forms:
        raise typer.BadParameter(f"format must be one of {', '.join(forms)}")
    return forms[name]


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="A Dataset or FeatureSet.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check a folder of data: exit code 0 means that a whole run on it will finish.

    Says what is wrong or odd, once per cause, and what the run will have.
    """
    from morning.prepare.checked import as_dict, checked, findings_file

    report, view = checked(folder)
    if as_json:
        say(json.dumps(as_dict(report, view), allow_nan=False))
    else:
        for kind, problems in (("warning", report.warnings), ("error", report.errors)):
            for problem in problems:
                say(f"{kind}: {problem}")
        for line in view.lines() if view else ():
            say(line)
        if path := findings_file(report, folder, Path.cwd()):
            say(f"every row: {path}", err=True)
    found = (counted(len(report.errors), "error"), counted(len(report.warnings), "warning"))
    say(", ".join(found), err=True)
    if report.errors:
        raise typer.Exit(1)


@app.command("import")
def import_exports(
    exports: Annotated[
        list[Path], typer.Argument(help="Files and folders of exports.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="New folder for the Dataset.", show_default=False)],
    brands: Annotated[
        str, typer.Option(help="Handles of brands, or a table with username and category.")
    ] = "",
    mapping: Annotated[
        Path | None, typer.Option(help="YAML file that describes another layout.")
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out-evidence", help="Without the posts that show a collaboration."),
    ] = False,
) -> None:
    """Make a Dataset of what scrapers and tools export; collaborations are found in posts."""
    from morning.importing import import_folder, read_brands
    from morning.importing.layouts import LAYOUTS
    from morning.importing.mapping import read_mapping

    layouts = ((read_mapping(mapping),) if mapping else ()) + LAYOUTS
    found = import_folder(exports, out, read_brands(brands), layouts=layouts, leave_out=leave_out)
    for line in found:
        say(on_one_line(line), err=True)
    say(f"{out}: done; `morning check {out}` says what a run on it will have", err=True)


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="New folder.", show_default=False)],
) -> None:
    """Write a tiny Dataset to start your own from; `morning check` finds nothing wrong with it."""
    from morning.sources.sample import write_sample

    write_sample(folder)


@app.command()
def doctor() -> None:
    """Say what this environment has and what it lacks; exit 1 if something is missing."""
    from morning.doctor import examine

    findings = examine()
    for finding in findings:
        say(str(finding))
    if any(finding.missing for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command: exit code 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    handler = logging.StreamHandler()
    handler.setFormatter(Visible("%(levelname)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    # A short command is mostly imports: a sixth of its time went into looking for cycles in them.
    gc.set_threshold(100_000, 20, 20)
    try:
        app()
    except Exception as error:
        if (said := explained(error)) is None:
            raise
        say(f"error: {said}", err=True)
        sys.exit(1)


if __name__ == "__main__":  # the same as `morning`, with the commands that others add to it
    (command,) = entry_points(group="console_scripts", name="morning")
    command.load()()
