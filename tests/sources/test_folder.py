"""A user's own folder: what is understood, what is reported and what is refused."""

import csv
import logging
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from morning.cells import Report, read_csv, times, whole_numbers
from morning.dataset import Dataset
from morning.errors import ContractError, MorningError
from morning.features.featureset import FeatureSet
from morning.sources import folder
from PIL import Image

ACCOUNTS = """account_id,role,category,biography,followers,split
b1,brand,food,cakes,100,train
b2,brand,food,,200,test
m1,influencer,,baker,"5,000",
m2,influencer,,,6000,
"""
PAIRS = "brand_id,influencer_id\nb1,m1\nb2,m2\n"
POSTS = """post_id,account_id,caption,image,likes,comments,posted_at
p1,b1,hello,a.png,1,2,2024-01-31
p2,b2,,,,,
p3,m1,hey,,3,4,
p4,m2,hey,,3,4,
"""


@pytest.fixture
def small(tmp_path):
    """A folder that is right; tests break it."""
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    (tmp_path / "collaborations.csv").write_text(PAIRS)
    (tmp_path / "posts.csv").write_text(POSTS)
    (tmp_path / "audiences.csv").write_text("account_id,audience_id\n")
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    return tmp_path


def rewrite(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def places(problems):
    return {(p.file, p.row, p.column) for p in problems}


def column(*values, name="posted_at"):
    return pd.Series(list(values), name=name, dtype="str")


class TestSample:
    def test_is_valid_and_shows_what_may_be_left_out(self, tmp_path):
        folder.sample(tmp_path / "sample")
        report = folder.check(tmp_path / "sample")
        assert report.ok
        assert [problem.column for problem in report.warnings] == ["split"]
        dataset = folder.load(tmp_path / "sample")
        assert dataset.accounts["role"].value_counts()["brand"] == 5
        assert dataset.accounts["role"].value_counts()["influencer"] == 12
        assert set(dataset.accounts.query("role == 'brand'")["split"]) == {"train", "test"}
        suffixes = {name.rsplit(".")[-1] for name in dataset.posts["image"].dropna()}
        assert suffixes == {"png", "jpg"}
        assert dataset.posts["image"].isna().any()
        assert dataset.posts["caption"].isna().any()
        assert dataset.posts["caption"].str.contains("\n").any()

    def test_same_bytes_each_time(self, tmp_path):
        for name in ("a", "b"):
            folder.sample(tmp_path / name)
        for path in (tmp_path / "a").rglob("*.*"):
            twin = tmp_path / "b" / path.relative_to(tmp_path / "a")
            assert path.read_bytes() == twin.read_bytes()

    def test_survives_the_way_through_parquet(self, tmp_path):
        folder.sample(tmp_path / "sample")
        dataset = folder.load(tmp_path / "sample")
        dataset.save(tmp_path / "copy")
        again = Dataset.load(tmp_path / "copy")
        for name, table in dataset.tables().items():
            pd.testing.assert_frame_equal(table, getattr(again, name))

    def test_does_not_overwrite(self, small):
        with pytest.raises(MorningError, match="not empty"):
            folder.sample(small)
        assert (small / "accounts.csv").read_text() == ACCOUNTS


class TestText:
    def test_a_right_folder_has_no_findings(self, small):
        report = folder.check(small)
        assert report.ok
        assert not report.warnings
        dataset = folder.load(small)
        assert dataset.accounts["followers"].tolist() == [100, 200, 5000, 6000]
        assert dataset.posts["posted_at"][0] == pd.Timestamp("2024-01-31")
        assert Dataset.load(small).accounts["followers"].tolist() == [100, 200, 5000, 6000]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_unicode_with_or_without_mark(self, small, encoding):
        text = ACCOUNTS.replace("cakes", "crème brûlée 🍰")
        (small / "accounts.csv").write_text(text, encoding=encoding)
        report = folder.check(small)
        assert report.ok
        assert not report.warnings
        assert folder.load(small).accounts["biography"][0] == "crème brûlée 🍰"

    def test_latin_1_is_read_with_a_warning(self, small, caplog):
        (small / "accounts.csv").write_bytes(ACCOUNTS.replace("cakes", "crème").encode("latin-1"))
        report = folder.check(small)
        assert report.ok
        assert [(p.file, "Latin-1" in p.rule) for p in report.warnings] == [("accounts.csv", True)]
        with caplog.at_level(logging.WARNING):
            dataset = folder.load(small)
        assert dataset.accounts["biography"][0] == "crème"
        assert "accounts.csv" in caplog.text

    def test_quoted_line_ends_commas_and_quotes(self, small):
        rewrite(small / "posts.csv", "hello", '"line one\nline two, with ""quotes"""')
        assert folder.load(small).posts["caption"][0] == 'line one\nline two, with "quotes"'

    def test_words_that_look_missing_are_kept(self, small):
        rewrite(small / "posts.csv", "p3,m1,hey", "p3,m1,NA")
        rewrite(small / "accounts.csv", "baker", "null")
        dataset = folder.load(small)
        assert dataset.posts["caption"][2] == "NA"
        assert dataset.accounts["biography"][2] == "null"

    def test_rows_of_another_width(self, small):
        rewrite(small / "accounts.csv", "b2,brand,food,,200,test", "b2,brand,food,,200,test,more")
        rewrite(small / "posts.csv", "p3,m1,hey,,3,4,", "p3,m1,hey")
        problems = folder.check(small).errors
        assert places(problems) == {("accounts.csv", 1, None), ("posts.csv", 2, None)}
        assert "6 cells" in str(problems[0])

    @pytest.mark.parametrize("text", ["", "\n\n", 'account_id,role\n"never closed', "\0\0\0"])
    def test_hopeless_files_are_reported(self, small, text):
        (small / "accounts.csv").write_text(text)
        report = folder.check(small)
        assert not report.ok
        assert "accounts.csv" in {problem.file for problem in report.errors}

    def test_columns_twice_unknown_and_missing(self, small):
        (small / "collaborations.csv").write_text("brand_id,brand_id,note\nb1,b1,x\n")
        report = folder.check(small)
        assert ("collaborations.csv", None, "brand_id") in places(report.errors)
        assert ("collaborations.csv", None, "influencer_id") in places(report.errors)
        assert ("collaborations.csv", None, "note") in places(report.warnings)

    def test_missing_files(self, small):
        (small / "collaborations.csv").unlink()
        (small / "posts.csv").unlink()
        assert {p.file for p in folder.check(small).errors} == {"collaborations.csv"}
        with pytest.raises(ContractError, match="collaborations"):
            folder.load(small)
        with pytest.raises(ContractError, match="collaborations"):
            Dataset.load(small)

    def test_posts_and_audiences_may_be_absent_with_a_warning(self, small):
        (small / "posts.csv").unlink()
        (small / "audiences.csv").unlink()
        report = folder.check(small)
        assert report.ok
        assert {p.file for p in report.warnings} == {"posts.csv", "audiences.csv"}

    def test_parquet_wins_over_csv_with_a_warning(self, small):
        folder.load(small).save(small / "sub")
        shutil.copy(small / "sub" / "posts.parquet", small)
        report = folder.check(small)
        assert report.ok
        assert [(p.file, "ignored" in p.rule) for p in report.warnings] == [("posts.csv", True)]

    def test_broken_parquet(self, small):
        (small / "posts.parquet").write_bytes(b"PAR1 no")
        assert {p.file for p in folder.check(small).errors} == {"posts.parquet"}

    @pytest.mark.parametrize("column", ["account_id", "role", "category", "followers"])
    @pytest.mark.parametrize("value", [[1, 2], {"a": 1}])
    def test_nested_parquet(self, small, column, value):
        table = pd.read_csv(small / "accounts.csv", dtype="str")
        table[column] = [value] * len(table)
        table.to_parquet(small / "accounts.parquet")
        assert ("accounts.parquet", None, column) in places(folder.check(small).errors)

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        rows=st.lists(
            st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)
        )
    )
    def test_what_csv_writes_is_read_back(self, tmp_path, rows):
        path = tmp_path / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["a", "b"], *rows])
        report = Report()
        table = read_csv(path, report)
        assert report.ok
        assert table.fillna("").to_numpy().tolist() == rows

    @settings(
        max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(raw=st.binary(max_size=300), name=st.sampled_from(["accounts", "posts"]))
    def test_no_bytes_make_check_raise(self, small, raw, name):
        (small / f"{name}.csv").write_bytes(raw)
        folder.check(small)
        header = b"account_id,role,category,split,post_id,image,posted_at,likes\n"
        (small / f"{name}.csv").write_bytes(header + raw)
        folder.check(small)


class TestNumbersAndTimes:
    @pytest.mark.parametrize(
        ("text", "number"),
        [("0", 0), ("1,234", 1234), ("12,345,678", 12345678), (" 7 ", 7), ("12.0", 12), ("-3", -3)],
    )
    def test_whole_numbers(self, text, number):
        report = Report()
        assert whole_numbers(column(text), "posts.csv", report)[0] == number
        assert report.ok

    @pytest.mark.parametrize("text", ["1.5", "1,23", "12k", "1.234", "NaN", "1e3", "9" * 30, "١ ٢"])
    def test_other_numbers_are_reported(self, text):
        report = Report()
        assert whole_numbers(column("1", text, name="likes"), "posts.csv", report).isna()[1]
        assert places(report.errors) == {("posts.csv", 1, "likes")}

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2024-12-31", "2024-12-31"),
            ("2024-12-31T18:30", "2024-12-31 18:30"),
            ("2024-12-31 18:30:05.250", "2024-12-31 18:30:05.250"),
            ("2024-12-31T18:30:00Z", "2024-12-31 18:30"),
            ("2024-12-31T18:30:00+01:00", "2024-12-31 17:30"),
            ("1735669800", "2024-12-31 18:30"),
            ("31/12/2024 18:30", "2024-12-31 18:30"),
            ("31.12.2024", "2024-12-31"),
            ("12/31/2024 9:05", "2024-12-31 09:05"),
            ("1/31/2024", "2024-01-31"),
            ("31/1/2024, 9:05:07", "2024-01-31 09:05:07"),
        ],
    )
    def test_times(self, text, moment):
        report = Report()
        values = times(column(text, None), "posts.csv", report)
        assert report.ok
        assert values[0] == pd.Timestamp(moment)
        assert pd.isna(values[1])

    def test_one_telling_cell_decides_for_the_column(self):
        report = Report()
        values = times(column("01/02/2024", "25/02/2024", "2024-03-01"), "posts.csv", report)
        assert report.ok
        assert values.tolist() == list(
            map(pd.Timestamp, ("2024-02-01", "2024-02-25", "2024-03-01"))
        )

    @pytest.mark.parametrize(
        ("cells", "rule"),
        [
            (("2024-01-01", "01/02/2024", "03/04/2024"), "leaves open"),
            (("2024-01-01", "25/02/2024", "02/25/2024"), "both"),
        ],
    )
    def test_days_and_months_are_never_guessed(self, cells, rule):
        report = Report()
        values = times(column(*cells), "posts.csv", report)
        assert places(report.errors) == {("posts.csv", 1, "posted_at")}
        assert rule in report.errors[0].rule
        assert values.notna().tolist() == [True, False, False]

    @pytest.mark.parametrize(
        "text", ["yesterday", "2024-13-01", "2024-02-30", "30/02/2024", "12", "0001-01-01", "24:00"]
    )
    def test_other_times_are_reported(self, text):
        report = Report()
        assert times(column("2024-01-01", text), "posts.csv", report).isna()[1]
        assert places(report.errors) == {("posts.csv", 1, "posted_at")}

    @given(st.datetimes(pd.Timestamp("1970-01-01"), pd.Timestamp("2199-12-31")))
    def test_every_iso_time_is_read(self, moment):
        report = Report()
        assert times(column(moment.isoformat()), "posts.csv", report)[0] == moment
        assert report.ok

    def test_text_in_parquet_is_read_alike(self, small):
        table = pd.read_csv(small / "posts.csv", dtype="str")
        table.loc[0, ["likes", "posted_at"]] = ["1,234", "31/12/2024"]
        table.to_parquet(small / "posts.parquet")
        (small / "posts.csv").unlink()
        posts = folder.load(small).posts
        assert posts["likes"][0] == 1234
        assert posts["posted_at"][0] == pd.Timestamp("2024-12-31")


class TestAllViolationsAtOnce:
    def test_every_fault_has_file_row_column_and_rule(self, small):
        rewrite(small / "accounts.csv", "m2,influencer,,,6000", "m1,celebrity,,,-5")
        rewrite(small / "posts.csv", "p1,b1,hello,a.png,1,2,2024-01-31",
                "p1,b1,hello,../a.png,many,-2,soon")  # fmt: skip
        rewrite(small / "posts.csv", "p3,m1", "p3,nobody")
        rewrite(small / "collaborations.csv", "b2,m2", "b3,m1\nb1,m1")
        report = folder.check(small)
        assert {
            ("accounts.csv", 3, "account_id"),
            ("accounts.csv", 3, "role"),
            ("accounts.csv", 3, "followers"),
            ("accounts.csv", 1, "account_id"),
            ("collaborations.csv", 1, "brand_id"),
            ("collaborations.csv", 2, None),
            ("posts.csv", 0, "image"),
            ("posts.csv", 0, "likes"),
            ("posts.csv", 0, "comments"),
            ("posts.csv", 0, "posted_at"),
            ("posts.csv", 2, "account_id"),
        } <= places(report.errors)
        assert len([p for p in report.errors if p.column == "image"]) == 1
        with pytest.raises(ContractError) as caught:
            folder.load(small)
        assert caught.value.problems == report.errors
        assert f"{len(report.errors)} error(s)" in report.text()

    def test_a_brand_without_collaborations_is_refused(self, small):
        rewrite(small / "collaborations.csv", "b2,m2\n", "")
        assert places(folder.check(small).errors) == {("accounts.csv", 1, "account_id")}

    def test_text_is_bounded(self):
        report = Report()
        whole_numbers(column(*["x"] * 200, name="likes"), "posts.csv", report)
        lines = report.text(shown=10).splitlines()
        assert len(lines) == 12
        assert "190 more" in lines[10]


class TestOddities:
    def test_accounts_without_posts_are_counted(self, small):
        rewrite(small / "posts.csv", "p4,m2,hey,,3,4,\n", "")
        report = folder.check(small)
        assert report.ok
        assert [p.rule for p in report.warnings] == ["1 influencer(s) have no posts: m2"]

    def test_a_category_with_one_brand(self, small):
        rewrite(small / "accounts.csv", "b2,brand,food", "b2,brand,auto")
        report = folder.check(small)
        assert report.ok
        assert len(report.warnings) == 2
        assert all("one brand" in p.rule for p in report.warnings)

    def test_pictures(self, small, tmp_path_factory):
        outside = tmp_path_factory.mktemp("outside")
        Image.new("RGB", (4, 4)).save(outside / "x.png")
        (small / "link.png").symlink_to(outside / "x.png")
        (small / "dir").symlink_to(outside)
        (small / "empty.png").touch()
        names = [
            "a.png",
            "link.png",
            "dir/x.png",
            "gone.png",
            "empty.png",
            "../y.png",
            "/z.png",
            ".",
        ]
        rows = "".join(f"q{k},m1,,{name},,,\n" for k, name in enumerate(names))
        (small / "posts.csv").write_text(POSTS.splitlines()[0] + "\n" + rows)
        report = folder.check(small)
        assert places(report.errors) == {("posts.csv", k, "image") for k in (1, 2, 5, 6)}
        pictures = [p for p in report.warnings if p.column == "image"]
        assert [p.row for p in pictures] == [3, 4, 7]

    def test_a_link_that_stays_inside_is_fine(self, small):
        (small / "b.png").symlink_to(small / "a.png")
        rewrite(small / "posts.csv", "a.png", "b.png")
        assert not folder.check(small).warnings


class TestSplit:
    def write(self, path, categories):
        rows = [f"b{k:02d},brand,{category}\n" for k, category in enumerate(categories)]
        text = "account_id,role,category\n" + "".join(rows) + "m,influencer,\n"
        (path / "accounts.csv").write_text(text)
        pairs = [f"b{k:02d},m\n" for k in range(len(categories))]
        (path / "collaborations.csv").write_text("brand_id,influencer_id\n" + "".join(pairs))

    def test_missing_split_is_made_by_category_and_said(self, tmp_path):
        self.write(tmp_path, ["food"] * 10 + ["auto"] * 5 + ["shoes"])
        accounts = folder.load(tmp_path).accounts.query("role == 'brand'")
        table = pd.crosstab(accounts["category"], accounts["split"])
        assert table["test"].to_dict() == {"food": 2, "auto": 1, "shoes": 0}
        assert any(p.column == "split" for p in folder.check(tmp_path).warnings)
        again = folder.load(tmp_path).accounts.query("role == 'brand'")
        assert accounts["split"].tolist() == again["split"].tolist()

    def test_does_not_depend_on_the_order_of_rows(self, tmp_path):
        self.write(tmp_path, ["food"] * 10 + ["auto"] * 5)
        first = folder.load(tmp_path).accounts.set_index("account_id")["split"]
        lines = (tmp_path / "accounts.csv").read_text().splitlines()
        (tmp_path / "accounts.csv").write_text("\n".join([lines[0], *lines[:0:-1]]))
        second = folder.load(tmp_path).accounts.set_index("account_id")["split"]
        assert first.dropna().to_dict() == second.dropna().to_dict()

    def test_single_brand_categories_still_give_a_test_brand(self, tmp_path):
        self.write(tmp_path, ["food", "auto", "shoes"])
        accounts = folder.load(tmp_path).accounts.query("role == 'brand'")
        assert sorted(accounts["split"]) == ["test", "train", "train"]

    def test_a_given_split_is_kept_and_a_partial_one_refused(self, small):
        assert folder.load(small).accounts["split"].tolist()[:2] == ["train", "test"]
        rewrite(small / "accounts.csv", "200,test", "200,")
        assert ("accounts.csv", 1, "split") in places(folder.check(small).errors)


class TestFeatureSets:
    def make(self, path):
        accounts = pd.DataFrame(
            {
                "account_id": ["b", "m"],
                "role": ["brand", "influencer"],
                "category": ["food", None],
                "split": ["train", None],
            }
        )
        pairs = pd.DataFrame({"brand_id": ["b"], "influencer_id": ["m"]})
        blocks = {"attribute": np.ones((2, 3), dtype=np.float32)}
        FeatureSet(accounts, pairs, blocks).save(path)

    def test_right_and_broken(self, tmp_path):
        self.make(tmp_path / "fs")
        assert folder.check(tmp_path / "fs").ok
        np.save(tmp_path / "fs" / "attribute.npy", np.full((3, 3), np.nan))
        assert {p.file for p in folder.check(tmp_path / "fs").errors} == {"attribute.npy"}
        (tmp_path / "fs" / "accounts.parquet").write_bytes(b"no")
        assert not folder.check(tmp_path / "fs").ok

    def test_no_folder(self, tmp_path):
        assert "not a folder" in folder.check(tmp_path / "nowhere").text()
