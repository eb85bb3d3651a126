"""Files that appear whole or not at all, their digests, and the messages of errors."""

import hashlib
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.errors import ContractError, MorningError, Problem, by_cause, unreported
from morning.files import (
    explained,
    git_blob,
    held,
    read_json,
    rename_folder,
    sha256,
    stamp,
    whole_file,
    whole_folder,
    write_json,
)
from toys.faults import holding


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestDigests:
    def test_known_values(self, tmp_path: Path):
        path = tmp_path / "x"
        path.write_bytes(b"hello\n")
        assert sha256(path) == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
        assert git_blob(path) == "ce013625030ba8dba906f756967f9e9ca394464a"  # git hash-object

    def test_empty_file(self, tmp_path: Path):
        path = tmp_path / "x"
        path.touch()
        assert sha256(path) == hashlib.sha256().hexdigest()
        assert git_blob(path) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"

    def test_larger_than_one_chunk(self, tmp_path: Path):
        path = tmp_path / "x"
        content = os.urandom((1 << 20) + 17)
        path.write_bytes(content)
        assert sha256(path) == hashlib.sha256(content).hexdigest()
        blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False)
        assert git_blob(path) == blob.hexdigest()


class TestWholeFile:
    def test_takes_its_name_only_at_the_end(self, tmp_path: Path):
        path = tmp_path / "new" / "x"
        with whole_file(path) as temporary:
            temporary.write_text("content")
            assert not path.exists()
            assert temporary.parent == path.parent
        assert path.read_text() == "content"
        assert names(path.parent) == ["x"]

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
    def test_a_failure_keeps_the_old_file_and_leaves_nothing(self, tmp_path: Path, error: type):
        path = tmp_path / "x"
        path.write_text("old")

        def interrupted() -> None:
            with whole_file(path) as temporary:
                temporary.write_text("half of the n")
                raise error

        with pytest.raises(error):
            interrupted()
        assert path.read_text() == "old"
        assert names(tmp_path) == ["x"]

    def test_a_block_that_wrote_nothing_is_an_error(self, tmp_path: Path):
        path = tmp_path / "x"
        path.write_text("old")
        with pytest.raises(FileNotFoundError), whole_file(path):
            pass
        assert path.read_text() == "old"


class TestWholeFolder:
    def test_replaces_all_of_an_old_folder(self, tmp_path: Path):
        folder = tmp_path / "parent" / "f"
        for content in ("first", "second"):
            with whole_folder(folder) as temporary:
                (temporary / content).touch()
        assert names(folder) == ["second"]
        assert names(folder.parent) == ["f"]

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
    def test_a_failure_keeps_the_old_folder_and_leaves_nothing(self, tmp_path: Path, error: type):
        (tmp_path / "f").mkdir()
        (tmp_path / "f" / "old").touch()

        def interrupted() -> None:
            with whole_folder(tmp_path / "f") as temporary:
                (temporary / "new").touch()
                raise error

        with pytest.raises(error):
            interrupted()
        assert names(tmp_path) == ["f"]
        assert names(tmp_path / "f") == ["old"]

    def test_a_failed_rename_brings_the_old_folder_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (tmp_path / "f").mkdir()
        (tmp_path / "f" / "old").touch()
        replace = os.replace

        def fail_for_the_new(source: Path, target: Path) -> None:
            if source.suffix == ".partial":
                raise OSError("disk trouble")
            replace(source, target)

        monkeypatch.setattr("os.replace", fail_for_the_new)
        with pytest.raises(OSError, match="disk trouble"), whole_folder(tmp_path / "f") as new:
            (new / "new").touch()
        assert names(tmp_path) == ["f"]
        assert names(tmp_path / "f") == ["old"]

    def test_never_replaces_a_file(self, tmp_path: Path):
        (tmp_path / "f").write_text("precious")
        with pytest.raises(MorningError, match="is a file"), whole_folder(tmp_path / "f"):
            pytest.fail("must be refused before the work is done")
        assert (tmp_path / "f").read_text() == "precious"
        assert names(tmp_path) == ["f"]

    def test_keeps_a_link_and_replaces_what_it_points_to(self, tmp_path: Path):
        (tmp_path / "real").mkdir()
        (tmp_path / "real" / "old").touch()
        (tmp_path / "link").symlink_to(tmp_path / "real")
        with whole_folder(tmp_path / "link") as temporary:
            (temporary / "new").touch()
        assert names(tmp_path) == ["link", "real"]
        assert (tmp_path / "link").is_symlink()
        assert names(tmp_path / "real") == ["new"]

    def test_rename_folder(self, tmp_path: Path):
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            (tmp_path / name / f"in_{name}").touch()
        rename_folder(tmp_path / "a", tmp_path / "b")
        assert names(tmp_path) == ["b"]
        assert names(tmp_path / "b") == ["in_a"]


class TestTogether:
    """Several write and read the same at the same time."""

    WRITERS, ROUNDS = 4, 60

    def work(self, write, read):
        """Write from several threads while others read; return all that was read."""

        def writing(writer: int) -> None:
            for turn in range(self.ROUNDS):
                write(f"{writer}-{turn}")

        def reading(_: int) -> list[object]:
            return [read() for _ in range(self.ROUNDS)]

        with ThreadPoolExecutor(self.WRITERS + 2) as threads:
            done = [threads.submit(writing, writer) for writer in range(self.WRITERS)]
            seen = [threads.submit(reading, reader) for reader in range(2)]
            for each in done:
                each.result()
            return [one for each in seen for one in each.result()]

    def test_a_file_is_always_whole(self, tmp_path: Path):
        path = tmp_path / "x"
        path.write_text("first" * 5000)

        def write(word: str) -> None:
            with whole_file(path) as temporary:
                temporary.write_text(word * 5000)

        read = self.work(write, path.read_text)
        assert all(text == text[: len(text) // 5000] * 5000 for text in read)
        assert names(tmp_path) == ["x"]

    def test_a_folder_is_one_writers_or_away_for_a_moment(self, tmp_path: Path):
        folder = tmp_path / "f"

        def write(word: str) -> None:
            with whole_folder(folder) as temporary:
                for name in ("a", "b"):
                    (temporary / name).write_text(word)

        def read() -> set[str]:
            try:
                return {*os.listdir(folder)}
            except FileNotFoundError:
                return set()

        assert all(found in ({"a", "b"}, set()) for found in self.work(write, read))
        assert names(tmp_path) == ["f"]
        assert len({(folder / name).read_text() for name in ("a", "b")}) == 1

    def test_who_writes_the_same_first_is_not_disturbed(self, tmp_path: Path):
        with whole_folder(tmp_path / "f") as late:
            (late / "late").touch()
            with whole_folder(tmp_path / "f") as early:
                (early / "early").touch()
        assert names(tmp_path / "f") == ["early"]
        assert names(tmp_path) == ["f"]


class TestHeld:
    def test_by_one_process_until_it_is_killed(self, tmp_path: Path):
        refused = pytest.raises(MorningError, match="another command is at work there")
        with holding(tmp_path / "run"), refused:
            held(tmp_path / "run").__enter__()
        with held(tmp_path / "run"):
            pass

    def test_what_killed_writers_left_is_put_in_order(self, tmp_path: Path):
        left = [".x.json.01234567.partial", ".there.01234567.old", ".gone.v1.01234567.old"]
        for name in (*left[1:], "there", ".new.01234567.partial"):
            (tmp_path / "sub" / name).mkdir(parents=True)
            (tmp_path / "sub" / name / name.strip(".")).touch()
        (tmp_path / "sub" / left[0]).touch()
        with held(tmp_path):
            assert names(tmp_path / "sub") == ["gone.v1", "there"]
        assert names(tmp_path / "sub" / "there") == ["there"]


_FILL = """
import resource, signal, sys
import numpy as np, pandas as pd
from pathlib import Path
from safetensors.numpy import save_file
from morning.errors import MorningError
from morning.files import explained, whole_file
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
many = np.random.default_rng(0).random(100_000)
ways = {
    "text": lambda path: path.write_text("x" * 10_000),
    "numpy": lambda path: np.save(open(path, "wb"), many),
    "arrow": lambda path: pd.DataFrame({"x": many}).to_parquet(path),
    "safetensors": lambda path: save_file({"x": many}, path),
}
for name, way in ways.items():
    try:
        with whole_file(sys.argv[1]) as temporary:
            way(temporary)
    except MorningError as error:
        print(name, "no space is left" in str(error), explained(error) == str(error))
"""


class TestFull:
    def test_every_library_says_so_in_a_sentence(self, tmp_path: Path):
        words = [sys.executable, "-c", _FILL, str(tmp_path / "x")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        ways = ["text", "numpy", "arrow", "safetensors"]
        assert done.stdout.splitlines() == [f"{name} True True" for name in ways], done.stderr
        assert names(tmp_path) == []

    def test_what_is_no_users_to_mend_is_not_explained(self):
        assert explained(ValueError("a bug")) is None
        assert explained(MorningError("choose another")) == "choose another"


def test_a_stamp_sees_what_size_and_time_hide(tmp_path: Path):
    (tmp_path / "x").write_text("one")
    before, state = stamp(tmp_path / "x"), os.stat(tmp_path / "x")
    assert stamp(tmp_path / "x") == before
    (tmp_path / "x").write_text("two")
    os.utime(tmp_path / "x", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert stamp(tmp_path / "x") != before


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # A lone surrogate is no text that UTF-8 can hold.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), part, max_size=3)
    ),
    max_leaves=8,
)


class TestJson:
    @given(value=_JSON)
    def test_round_trip(self, tmp_path_factory: pytest.TempPathFactory, value: object):
        path = tmp_path_factory.mktemp("json") / "x.json"
        write_json(path, value)
        assert read_json(path) == value

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_refuses_what_json_does_not_know(self, tmp_path: Path, value: float):
        path = tmp_path / "x.json"
        write_json(path, {"a": 1})
        with pytest.raises(ValueError, match="not JSON compliant"):
            write_json(path, {"a": [value]})
        assert read_json(path) == {"a": 1}
        assert names(tmp_path) == ["x.json"]

    def test_text_stays_legible(self, tmp_path: Path):
        write_json(tmp_path / "x.json", {"käse": "🧀"})
        assert (tmp_path / "x.json").read_bytes().decode() == '{\n "käse": "🧀"\n}\n'


class TestErrors:
    @pytest.mark.parametrize(
        ("problem", "text"),
        [
            (Problem("f.csv", "must be there"), "f.csv: must be there"),
            (Problem("f.csv", "is wrong", row=0), "f.csv, row 0: is wrong"),
            (
                Problem("f.csv", "is wrong", 3, "role", "'x'"),
                "f.csv, row 3, column role: is wrong (found 'x')",
            ),
            (Problem("f.csv", "is wrong", column="role"), "f.csv, column role: is wrong"),
        ],
    )
    def test_a_problem_says_where_and_what(self, problem: Problem, text: str):
        assert str(problem) == text

    def test_a_contract_error_lists_every_problem(self):
        error = ContractError("Dataset d", [Problem("a", "x"), Problem("b", "y")])
        assert str(error) == "Dataset d: 2 problems\n  a: x\n  b: y"
        assert str(ContractError("D", [Problem("a", "x")])) == "D: 1 problem\n  a: x"
        assert isinstance(error, MorningError)

    def test_a_long_list_is_cut_in_the_message_only(self):
        many = [Problem("f", f"rule {k}", k) for k in range(ContractError.SHOWN + 7)]
        error = ContractError("D", many)
        assert error.problems == many
        lines = str(error).splitlines()
        assert lines[0] == "D: 57 problems"
        assert lines[-1] == "  … and 7 more"
        assert len(lines) == 1 + ContractError.SHOWN + 1

    def test_one_cause_is_one_line_with_its_rows(self):
        rows = [Problem("f.csv", "is wrong", row, "likes", f"'{row}'") for row in range(2, 120)]
        (problem,) = ContractError("D", [*rows[:50], *rows[50:]]).problems
        assert problem.count == 118
        assert list(problem.places()) == [(row, f"'{row}'") for row in range(2, 120)]
        assert str(problem) == (
            "f.csv, rows 2, 3, 4, 5, 6, … (118 in all), column likes: is wrong "
            "(found '2', '3', '4', '5', '6')"
        )

    def test_what_is_about_no_row_stays_apart(self):
        two = [Problem("f", "is missing", value=value) for value in "ab"]
        assert by_cause(two) == two

    def test_a_cell_with_an_error_is_not_reported_again(self):
        known = [Problem("f", "is no number", 2, "likes", "'x'", ((3, "'y'"),))]
        later = Problem("f", "must not be empty", 2, "likes", "nan", ((4, "nan"),))
        assert [p.row for p in unreported([later], known)] == [4]
        assert unreported([later], [later]) == []
