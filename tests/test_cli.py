"""The `morning` command: exit codes, and what goes to stdout and what to stderr."""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from morning.errors import MorningError
from morning.evaluation import METRICS
from morning.features import FeatureSet
from morning.files import read_json
from morning.sources import released
from morning.sources.sample import write_sample
from morning_book import command as book_command
from morning_book.settings import Settings

Maker = Callable[..., FeatureSet]


class Finished:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def morning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Finished]:
    """Return the command as a function of its arguments."""

    def run(*arguments: object) -> Finished:
        monkeypatch.setattr(sys, "argv", ["morning", *map(str, arguments)])
        code = 0
        try:
            book_command.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Finished(code, *capsys.readouterr())

    return run


Command = Callable[..., Finished]


@pytest.fixture
def vectors(tiny_features: Maker, tmp_path: Path) -> Path:
    tiny_features().save(tmp_path / "vectors")
    return tmp_path / "vectors"


def train(morning: Command, vectors: Path, out: Path, *more: object) -> Finished:
    options = ("--profile", "quick", "--epochs", 1, "--device", "cpu")
    return morning("train", "--features", vectors, "--out", out, *options, *more)


class TestUse:
    @pytest.mark.parametrize("command", ["fetch", "run", "train", "evaluate", "doctor"])
    def test_help(self, morning: Command, command: str):
        finished = morning(command, "--help")
        assert finished.code == 0
        assert f"morning {command}" in finished.out
        assert finished.err == ""

    def test_help_names_every_command(self, morning: Command):
        finished = morning("--help")
        assert finished.code == 0
        for command in ("fetch", "run", "train", "evaluate", "doctor"):
            assert command in finished.out

    @pytest.mark.parametrize(
        "arguments",
        [
            (),
            ("dance",),
            ("fetch",),
            ("fetch", "privat"),
            ("train",),
            ("train", "--features", "f"),
            ("train", "--features", "f", "--out", "o", "--epochs", "0"),
            ("train", "--features", "f", "--out", "o", "--seed", "-1"),
            ("train", "--features", "f", "--out", "o", "--speed", "9"),
            ("evaluate",),
            ("doctor", "--please"),
        ],
        ids=" ".join,
    )
    def test_wrong_use(self, morning: Command, arguments: tuple[str, ...]):
        finished = morning(*arguments)
        assert finished.code == 2
        assert "Usage" in finished.err + finished.out
        assert "Traceback" not in finished.err

    def test_a_failure_is_one_sentence(self, morning: Command, tmp_path: Path):
        finished = morning("train", "--features", tmp_path / "no", "--out", tmp_path / "run")
        assert finished.code == 1
        assert finished.out == ""
        assert finished.err == (
            f"error: {tmp_path / 'no'}: no accounts.parquet; is it a FeatureSet folder?\n"
        )

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (MorningError("the cause"), "error: the cause\n"),
            (OSError(2, "No such file"), "error: [Errno 2] No such file\n"),
            (
                RuntimeError("Error while serializing: No space left on device (os error 28)"),
                "error: no space is left on a disk (Error while serializing: No space left on "
                "device (os error 28)); free some and call again\n",
            ),
        ],
    )
    def test_what_fails_on_the_way(
        self, morning: Command, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
    ):
        def fail(**_: object) -> None:
            raise error

        monkeypatch.setattr(released, "fetch", fail)
        finished = morning("fetch", "public")
        assert (finished.code, finished.out, finished.err) == (1, "", said)

    def test_an_interrupt_is_no_traceback(self, morning: Command, monkeypatch: pytest.MonkeyPatch):
        def interrupt(**_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(released, "fetch", interrupt)
        finished = morning("fetch", "public")
        assert finished.code not in (0, 2)
        assert finished.out == ""
        assert "Traceback" not in finished.err

    def test_a_bug_shows_its_traceback(self, morning: Command, monkeypatch: pytest.MonkeyPatch):
        def fail(**_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(released, "fetch", fail)
        with pytest.raises(ZeroDivisionError):
            morning("fetch", "public")


class TestFetch:
    @pytest.mark.mirror
    def test_from_a_mirror(self, morning: Command, mirror: Path):
        finished = morning("fetch", "public", "--mirror", mirror)
        assert finished.code == 0
        assert finished.out == ""
        assert "36 files" in finished.err
        assert "all as released" in finished.err

    def test_from_an_empty_mirror(self, morning: Command, tmp_path: Path):
        finished = morning("fetch", "public", "--mirror", tmp_path)
        assert finished.code == 1
        assert "the released file is missing" in finished.err
        assert finished.out == ""


class TestTrainAndEvaluate:
    def test_train_then_evaluate(
        self, morning: Command, vectors: Path, tiny_features: Maker, tmp_path: Path
    ):
        out = tmp_path / "run"
        finished = train(morning, vectors, out, "--seed", 3)
        assert finished.code == 0, finished.err
        assert finished.out == ""
        assert f"morning evaluate {out}" in finished.err
        assert read_json(out / "parameters.json")["trained"]["training"]["seed"] == 3
        assert not list(tmp_path.glob("*partial*"))

        finished = morning("evaluate", out, "--json")
        assert finished.code == 0, finished.err
        assert finished.out.count("\n") == 1
        result = json.loads(finished.out)
        assert result["method"] == "full"
        assert result["seeds"] == 1
        assert set(METRICS) <= set(result)
        assert result["protocol"] == {
            "data": "tiny",
            "brands": 2,
            "candidates": 3,
            "positives": 3,
            "pool": "split",
            "profile": "quick",
        }
        assert result["blocks"] == ["content_topics", "attribute"]

        again = json.loads(morning("evaluate", out, "--json", "--features", vectors).out)
        assert again == result
        everyone = json.loads(morning("evaluate", out, "--json", "--pool", "all").out)
        assert everyone["protocol"]["candidates"] == 4

        finished = morning("evaluate", out)
        lines = finished.out.splitlines()
        assert lines[0] == "2 brands x 3 candidates, 1 seed(s)"
        assert [line.split()[0] for line in lines[1:]] == list(METRICS)

        finished = morning("evaluate", out, "--pool", "some")
        assert finished.code == 1
        assert "unknown candidate pool 'some'; known are split, all" in finished.err

        other = tiny_features().select(["attribute"])
        other.save(tmp_path / "other")
        finished = morning("evaluate", out, "--features", tmp_path / "other")
        assert (finished.code, finished.out) == (1, "")
        assert "content_topics" in finished.err
        assert "Traceback" not in finished.err

        finished = train(morning, vectors, out)
        assert finished.code == 1
        assert "exists: choose another --out" in finished.err

    def test_chosen_blocks(self, morning: Command, vectors: Path, tmp_path: Path):
        out = tmp_path / "run"
        assert train(morning, vectors, out, "--blocks", "attribute").code == 0
        assert list(FeatureSet.load(out / "features").blocks) == ["attribute"]
        assert json.loads(morning("evaluate", out, "--json").out)["blocks"] == ["attribute"]

    def test_the_recommended_model_is_the_default(
        self, morning: Command, vectors: Path, tmp_path: Path
    ):
        out = tmp_path / "run"
        finished = morning("train", "--features", vectors, "--out", out)
        assert finished.code == 0, finished.err
        assert read_json(out / "parameters.json") == {"data": "tiny", "profile": "best"}
        assert not list(tmp_path.glob(".*"))
        result = json.loads(morning("evaluate", out, "--json").out)
        assert result["method"] == result["protocol"]["profile"] == "best"
        assert result["blocks"] == ["content_topics", "attribute"]

    @pytest.mark.parametrize("more", [("--epochs", 3), ("--seed", 1)])
    def test_the_recommended_model_has_neither_epochs_nor_seeds(
        self, morning: Command, vectors: Path, tmp_path: Path, more: tuple[str, int]
    ):
        finished = morning("train", "--features", vectors, "--out", tmp_path / "run", *more)
        assert finished.code == 2
        assert "has neither epochs nor seeds" in finished.err
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            (("--blocks", "attribute,likes"), "no block likes; this FeatureSet has content_topics"),
            (("--blocks", ","), "this FeatureSet has content_topics, attribute"),
            (("--profile", "best-ever"), "unknown profile 'best-ever'; known are paper"),
            (("--device", "toaster"), "toaster"),
        ],
    )
    def test_what_cannot_be_trained(
        self, morning: Command, vectors: Path, tmp_path: Path, more: tuple[str, str], said: str
    ):
        finished = train(morning, vectors, tmp_path / "run", *more)
        assert finished.code == 1
        assert said in finished.err
        assert "Traceback" not in finished.err
        assert finished.out == ""
        assert not (tmp_path / "run").exists()

    def test_a_broken_feature_set(self, morning: Command, vectors: Path, tmp_path: Path):
        (vectors / "attribute.npy").write_bytes(b"junk")
        finished = train(morning, vectors, tmp_path / "run")
        assert finished.code == 1
        assert finished.err.startswith(f"error: FeatureSet {vectors}: 2 problems\n")
        assert list(tmp_path.iterdir()) == [vectors]

    def test_evaluate_what_is_no_run(self, morning: Command, tmp_path: Path):
        finished = morning("evaluate", tmp_path, "--json")
        assert (finished.code, finished.out) == (1, "")
        assert finished.err.startswith("error: ")


class TestRun:
    """What `morning run` accepts; what it does is tested with the pipeline."""

    @pytest.fixture
    def started(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Settings]:
        """Stand in a folder of one's own, and note the settings that would have been run."""
        seen: list[Settings] = []
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(book_command, "_pipeline", lambda s, *_: seen.append(s))
        return seen

    def test_prints_the_first_page_last(self, morning: Command, started: list[Settings]):
        done = morning("run")
        assert (done.code, done.err) == (0, "")
        index = Path(started[0].run) / "book" / "html" / "index.html"
        assert done.out.splitlines()[-1] == str(index)
        assert morning("run", "--no-book").out == ""

    def test_options_and_assignments_are_the_same(
        self, morning: Command, started: list[Settings], tmp_path: Path
    ):
        morning("run", "--data", "public", "--seeds", 5, "--topic-seed", 2, "--out", "mine")
        morning("run", "DATA=public", "SEEDS=5", "topic_seed=2", "RUN=./mine")
        assert started[0] == started[1]
        assert started[0].seeds == 5
        assert started[0].run == str(tmp_path / "mine")
        morning("run", "RUN=mine")
        assert started[2].run == str(tmp_path / "runs" / "mine")

    @pytest.mark.parametrize(
        ("argument", "said"),
        [
            ("profile=foo", "profile: 'foo' is not one of"),
            ("--profile=foo", "profile: 'foo' is not one of"),
            ("DATA=nowhere", "an existing folder"),
            ("--visual=nowhere", "an existing folder"),
            ("SEEDS=0", "at least 1"),
            ("SEDES=3", "there is no setting sedes"),
            ("public", "'public' is not NAME=VALUE"),
        ],
    )
    def test_nonsense_is_one_sentence_before_anything_starts(
        self, morning: Command, started: list[Settings], tmp_path: Path, argument: str, said: str
    ):
        done = morning("run", argument)
        assert done.code == 2
        assert done.out == ""
        assert said in done.err
        assert done.err.startswith("error: ")
        assert done.err.count("\n") == 1
        assert started == []
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_written_is_one_sentence(
        self, morning: Command, started: list[Settings]
    ):
        Path("file").touch()
        done = morning("run", "--out", "file/mine")
        assert done.code == 1
        assert done.err.endswith(
            "cannot be written (Not a directory); choose another folder with --out\n"
        )
        assert done.err.count("\n") == 1
        assert started == []

    def test_a_folder_with_something_else_is_left_alone(
        self, morning: Command, started: list[Settings]
    ):
        Path("letters").mkdir()
        Path("letters/dear.txt").touch()
        done = morning("run", "--out", "letters")
        assert done.code == 1
        assert "holds dear.txt, and no run" in done.err
        assert (started, [*Path("letters").iterdir()]) == ([], [Path("letters/dear.txt")])
        Path("letters/parameters.json").touch()
        assert morning("run", "--out", "letters").code == 0

    def test_an_interrupt_says_how_to_go_on(
        self, morning: Command, started: list[Settings], monkeypatch: pytest.MonkeyPatch
    ):
        def interrupt(*_: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(book_command, "_pipeline", interrupt)
        done = morning("run")
        assert (done.code, done.out) == (130, "")
        assert done.err == "interrupted; call again to go on\n"

    def test_so_does_every_other_command(self, morning: Command, monkeypatch: pytest.MonkeyPatch):
        from morning.prepare import checked

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(checked, "checked", interrupt)
        done = morning("check", ".")
        assert (done.code, done.err) == (130, "interrupted; call again to go on\n")


class TestDoctor:
    def test_everything_is_there(self, morning: Command, monkeypatch: pytest.MonkeyPatch):
        from morning import doctor

        monkeypatch.setattr(doctor, "examine", lambda: [doctor.Finding("Python", "3.12")])
        finished = morning("doctor")
        assert finished.code == 0
        assert finished.out == "     ok  Python: 3.12\n"

    def test_something_is_missing(self, morning: Command, monkeypatch: pytest.MonkeyPatch):
        from morning import doctor

        missing = doctor.Finding("gensim", "not installed", True, "install it")
        monkeypatch.setattr(doctor, "examine", lambda: [missing])
        finished = morning("doctor")
        assert finished.code == 1
        assert finished.out == "MISSING  gensim: not installed - install it\n"


class TestCheck:
    def test_a_good_folder(self, morning: Command, tmp_path: Path):
        assert morning("sample", tmp_path / "sample").code == 0
        done = morning("check", tmp_path / "sample")
        assert done.code == 0
        assert "0 errors" in done.err

    def test_every_violation_at_once(self, morning: Command, tmp_path: Path):
        write_sample(tmp_path / "sample")
        table = tmp_path / "sample" / "collaborations.csv"
        table.write_text(table.read_text() + "nobody,no one\n")
        done = morning("check", tmp_path / "sample")
        assert done.code == 1
        assert "brand_id" in done.out
        assert "influencer_id" in done.out
        assert "collaborations.csv, row" in done.out

    def test_the_terminal_obeys_nothing_of_the_data(self, morning: Command, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)  # findings are written there
        write_sample(tmp_path / "sample")
        table = tmp_path / "sample" / "posts.csv"
        header, rows = table.read_text().split("\n", 1)
        table.write_text(f"{header},\x1b[2J\x1b]0;title\x07\u202e\n" + rows)
        done = morning("check", tmp_path / "sample")
        assert r"ignored: \x1b[2j\x1b]0;title\x07\u202e" in done.out
        assert not {"\x1b", "\x07", "\u202e"} & {*done.out, *done.err}

    def test_errors_and_warnings_are_shown_alike(self, morning: Command, monkeypatch, tmp_path):
        def fail(folder: Path):
            logging.getLogger("morning").warning("a \x1b[2J warning")
            raise MorningError(f"{folder}: \x9b2J is wrong")

        monkeypatch.setattr(logging.root, "handlers", [])
        monkeypatch.setattr("morning.prepare.checked.checked", fail)
        done = morning("check", tmp_path)
        assert r"WARNING: a \x1b[2J warning" in done.err
        assert r"\x9b2J is wrong" in done.err

    def test_a_broken_feature_set(self, morning: Command, vectors: Path):
        (vectors / "attribute.npy").write_bytes(b"no array")
        done = morning("check", vectors)
        assert done.code == 1
        assert "attribute.npy" in done.out


class TestCompare:
    def test_methods_by_name(self, morning: Command, vectors: Path):
        options = ("--features", vectors, "--methods", "RAND,cosine", "--seeds", 1)
        document = json.loads(morning("compare", *options, "--json").out)
        assert [row["method"] for row in document["rows"]] == ["RAND", "cosine"]
        assert morning("compare", *options, "--format", "csv").out.startswith("method,auc")
        assert r"\toprule" in morning("compare", *options, "--format", "latex").out

    def test_an_unknown_method(self, morning: Command, vectors: Path):
        done = morning("compare", "--features", vectors, "--methods", "MAGIC")
        assert done.code == 1
        assert "MAGIC" in done.err


class TestRank:
    @pytest.fixture
    def fitted(self, morning: Command, vectors: Path, tmp_path: Path) -> Path:
        assert morning("train", "--features", vectors, "--out", tmp_path / "run").code == 0
        return tmp_path / "run"

    def test_a_table_on_stdout(self, morning: Command, fitted: Path) -> None:
        done = morning("rank", "--brand", "b5", "--run", fitted, "--top", 2)
        head, *rows = done.out.splitlines()
        assert (done.code, done.err, len(rows)) == (0, "", 2)
        assert head.split()[:3] == ["influencer_id", "rank", "score"]
        assert head.endswith("partners in 100")
        assert "m1" not in done.out  # a known partner

    def test_known_partners_too(self, morning: Command, fitted: Path) -> None:
        assert "m1" in morning("rank", "--brand", "b5", "--run", fitted, "--partners").out

    def test_csv_and_json(self, morning: Command, fitted: Path) -> None:
        asked = ("rank", "--brand", "b5", "--run", fitted, "--format")
        rows = json.loads(morning(*asked, "json").out)
        lines = morning(*asked, "csv").out.splitlines()
        assert len(rows) == len(lines) - 1 == 3
        assert list(rows[0]) == lines[0].split(",")
        assert rows[0]["influencer_id"] == lines[1].split(",")[0]

    def test_similar(self, morning: Command, fitted: Path) -> None:
        done = morning("similar", "m1", "--run", fitted, "--format", "json")
        assert {row["influencer_id"] for row in json.loads(done.out)} == {"m2", "m3", "m4"}

    @pytest.mark.parametrize(
        "options",
        [
            (),
            ("--brand", "b5", "--about", "shoes"),
            ("--brand", "b5", "--format", "x"),
            ("--all", "--brand", "b5"),
            ("--all", "--format", "html"),
        ],
    )
    def test_wrong_use(self, morning: Command, fitted: Path, options: tuple[str, ...]) -> None:
        assert morning("rank", "--run", fitted, *options).code == 2

    def test_all_brands(self, morning: Command, fitted: Path) -> None:
        options = ("--run", fitted, "--format", "json", "--top", 2)
        rows = json.loads(morning("rank", "--all", *options).out)
        alone = json.loads(morning("rank", "--brand", "b5", *options).out)
        assert [row for row in rows if row.pop("brand_id") == "b5"] == alone
        assert len(rows) > len(alone)

    def test_an_unknown_brand_names_the_nearest(self, morning: Command, fitted: Path) -> None:
        done = morning("rank", "--brand", "b7", "--run", fitted)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("error: 'b7' is not in the run; the nearest are b")

    def test_a_new_brand_needs_a_run_that_was_made_of_posts(
        self, morning: Command, fitted: Path
    ) -> None:
        done = morning("rank", "--about", "shoes", "--run", fitted)
        assert (done.code, done.out) == (1, "")
        assert "only accounts that are in it can be ranked" in done.err

    def test_no_run(self, morning: Command, tmp_path: Path) -> None:
        done = morning("rank", "--brand", "b5", "--run", tmp_path / "nowhere")
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert "no run is here" in done.err

    def test_reasons_add_up_to_the_score(self, morning: Command, fitted: Path) -> None:
        asked = ("--brand", "b5", "--run", fitted, "--format", "json")
        first = json.loads(morning("rank", *asked).out)[0]
        done = morning("explain", *asked, "--influencer", first["influencer_id"])
        reasons = json.loads(done.out)
        total = sum(reason["contribution"] for reason in reasons)
        assert total == pytest.approx(first["score"])

    def test_reasons_as_a_table(self, morning: Command, fitted: Path) -> None:
        done = morning("explain", "--brand", "b5", "--influencer", "m2", "--run", fitted)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("m2 has rank ")
        assert "near to every brand" in done.out
        assert done.out.splitlines()[-1].startswith("score ")

    def test_only_a_run_made_of_posts_can_be_added_to(
        self, morning: Command, fitted: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "post.txt").write_text("We bake bread", encoding="utf-8")
        done = morning("add", tmp_path / "new", "--run", fitted)
        assert (done.code, done.out) == (1, "")
        assert "only accounts that are in it can be ranked" in done.err
        assert not (fitted / "added").exists()
        done = morning("add", tmp_path / "new", "--run", fitted, "--engine", "spark")
        assert (done.code, done.out) == (1, "")
        assert "'spark' is neither local, ray nor the address of a Ray cluster" in done.err

    def test_candidates_on_disk(self, morning: Command, fitted: Path) -> None:
        asked = ("rank", "--brand", "b5", "--run", fitted, "--top", 3, "--partners")
        before = morning(*asked)
        assert morning(*asked, "--approximate").code == 1
        done = morning("index", "--run", fitted)
        assert (done.code, done.out) == (0, "")
        assert done.err.splitlines() == [
            "4 influencers on disk.",
            "So few are all looked at, also where an answer may be approximate.",
        ]
        assert morning(*asked).out == before.out
        found = morning(*asked, "--approximate")
        assert [line.split()[1] for line in found.out.splitlines()] == [
            line.split()[1] for line in before.out.splitlines()
        ]
        assert morning(*asked, "--approximate", "--where", "rank > 1").code == 2

    def test_remove(self, morning: Command, fitted: Path) -> None:
        asked = ("rank", "--brand", "b5", "--run", fitted, "--format", "json", "--partners")
        first = json.loads(morning(*asked).out)[0]["influencer_id"]
        done = morning("remove", first, "--run", fitted)
        assert (done.code, done.out, done.err) == (0, "", "1 influencer removed.\n")
        assert first not in morning(*asked).out
        assert morning("remove", first, "--run", fitted).code == 1

    def test_a_page_to_explore(self, morning: Command, fitted: Path) -> None:
        asked = ("rank", "--brand", "b5", "--run", fitted, "--format", "html")
        done = morning(*asked)
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("<!doctype html>")
        assert '"influencer-0001"' in done.out
        assert '"m2"' not in done.out
        assert '"m2"' in morning(*asked, "--ids").out
        assert morning(*asked, "--where", "rank > 1").code == 2

    def test_conditions_say_what_they_removed(self, morning: Command, fitted: Path) -> None:
        asked = ("rank", "--brand", "b5", "--run", fitted, "--format", "json")
        done = morning(*asked, "--where", "rank > 1", "--where", "score < 1e9")
        assert all(row["rank"] > 1 for row in json.loads(done.out))
        assert done.err.splitlines()[1] == "score < 1e9: 0 accounts removed."

    def test_a_condition_on_a_column_that_is_not_there(
        self, morning: Command, fitted: Path
    ) -> None:
        done = morning("rank", "--brand", "b5", "--run", fitted, "--where", "follower < 5")
        assert (done.code, done.out) == (1, "")
        assert "there is no column 'follower'" in done.err
