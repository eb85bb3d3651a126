"""A user's own folder: what is understood, what is reported and what is refused."""

import logging
import os
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from morning.dataset import Dataset
from morning.errors import ContractError
from morning.sources import check, folder, load
from PIL import Image
from toys.bombs import png_of_zeros

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
    return {(p.file, row, p.column) for p in problems for row, _ in p.places()}


class TestText:
    def test_a_right_folder_has_no_findings(self, small):
        report = check(small)
        assert report.ok
        assert not report.warnings
        dataset = load(small).dataset
        assert dataset.accounts["followers"].tolist() == [100, 200, 5000, 6000]
        assert dataset.posts["posted_at"][0] == pd.Timestamp("2024-01-31")
        assert Dataset.load(small).accounts["followers"].tolist() == [100, 200, 5000, 6000]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_unicode_with_or_without_mark(self, small, encoding):
        text = ACCOUNTS.replace("cakes", "crème brûlée 🍰")
        (small / "accounts.csv").write_text(text, encoding=encoding)
        report = check(small)
        assert report.ok
        assert not report.warnings
        assert load(small).dataset.accounts["biography"][0] == "crème brûlée 🍰"

    def test_latin_1_is_read_with_a_warning(self, small, caplog):
        (small / "accounts.csv").write_bytes(ACCOUNTS.replace("cakes", "crème").encode("latin-1"))
        report = check(small)
        assert report.ok
        assert [(p.file, "Latin-1" in p.rule) for p in report.warnings] == [("accounts.csv", True)]
        with caplog.at_level(logging.WARNING):
            dataset = load(small).dataset
        assert dataset.accounts["biography"][0] == "crème"
        assert "accounts.csv" in caplog.text

    def test_quoted_line_ends_commas_and_quotes(self, small):
        rewrite(small / "posts.csv", "hello", '"line one\nline two, with ""quotes"""')
        assert load(small).dataset.posts["caption"][0] == 'line one\nline two, with "quotes"'

    def test_words_for_nothing_are_missing_and_said(self, small):
        rewrite(small / "posts.csv", "p3,m1,hey", "p3,m1,NA")
        rewrite(small / "accounts.csv", "baker", "null")
        dataset = load(small).dataset
        assert dataset.posts["caption"].isna().tolist() == [False, True, True, False]
        assert dataset.accounts["biography"].isna().tolist() == [False, True, True, True]
        said = {("posts.csv", 4, "caption"), ("accounts.csv", 4, "biography")}
        assert places(check(small).warnings) == said

    def test_rows_of_another_width(self, small):
        rewrite(small / "accounts.csv", "b2,brand,food,,200,test", "b2,brand,food,,200,test,more")
        rewrite(small / "posts.csv", "p3,m1,hey,,3,4,", "p3,m1,hey")
        problems = check(small).errors
        assert places(problems) == {("accounts.csv", 3, None), ("posts.csv", 4, None)}
        assert "6 cells" in str(problems[0])

    @pytest.mark.parametrize("text", ["", "\n\n", 'account_id,role\n"never closed', "\0\0\0"])
    def test_hopeless_files_are_reported(self, small, text):
        (small / "accounts.csv").write_text(text)
        report = check(small)
        assert not report.ok
        assert "accounts.csv" in {problem.file for problem in report.errors}

    def test_columns_twice_unknown_and_missing(self, small):
        (small / "collaborations.csv").write_text("brand_id,brand_id,note\nb1,b1,x\n")
        report = check(small)
        assert ("collaborations.csv", None, "brand_id") in places(report.errors)
        assert ("collaborations.csv", None, "influencer_id") in places(report.errors)
        assert any(p.rule.endswith("ignored: note") for p in report.warnings)

    def test_missing_files(self, small):
        (small / "collaborations.csv").unlink()
        (small / "posts.csv").unlink()
        assert {p.file for p in check(small).errors} == {"collaborations.csv"}
        with pytest.raises(ContractError, match="collaborations"):
            load(small)
        with pytest.raises(ContractError, match="collaborations"):
            Dataset.load(small)

    def test_posts_and_audiences_may_be_absent_with_a_warning(self, small):
        (small / "posts.csv").unlink()
        (small / "audiences.csv").unlink()
        report = check(small)
        assert report.ok
        assert {p.file for p in report.warnings} == {"posts.csv", "audiences.csv"}

    def test_parquet_wins_over_csv_with_a_warning(self, small):
        load(small).dataset.save(small / "sub")
        shutil.copy(small / "sub" / "posts.parquet", small)
        report = check(small)
        assert report.ok
        assert [(p.file, "ignored" in p.rule) for p in report.warnings] == [("posts.csv", True)]

    def test_broken_parquet(self, small):
        (small / "posts.parquet").write_bytes(b"PAR1 no")
        assert {p.file for p in check(small).errors} == {"posts.parquet"}

    @pytest.mark.parametrize("column", ["account_id", "role", "category", "followers"])
    @pytest.mark.parametrize("value", [[1, 2], {"a": 1}])
    def test_nested_parquet(self, small, column, value):
        table = pd.read_csv(small / "accounts.csv", dtype="str")
        table[column] = [value] * len(table)
        table.to_parquet(small / "accounts.parquet")
        assert ("accounts.parquet", 1, column) in places(check(small).errors)

    @settings(
        max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(raw=st.binary(max_size=300), name=st.sampled_from(["accounts", "posts"]))
    def test_no_bytes_make_check_raise(self, small, raw, name):
        (small / f"{name}.csv").write_bytes(raw)
        check(small)
        header = b"account_id,role,category,split,post_id,image,posted_at,likes\n"
        (small / f"{name}.csv").write_bytes(header + raw)
        check(small)

    def test_text_in_parquet_is_read_alike(self, small):
        table = pd.read_csv(small / "posts.csv", dtype="str")
        table.loc[0, ["likes", "posted_at"]] = ["1,234", "31/12/2024"]
        table.to_parquet(small / "posts.parquet")
        (small / "posts.csv").unlink()
        posts = load(small).dataset.posts
        assert posts["likes"][0] == 1234
        assert posts["posted_at"][0] == pd.Timestamp("2024-12-31")


class TestDoor:
    """Tables are files of the folder, and nothing else is opened."""

    @pytest.mark.parametrize("name", ["accounts.csv", "posts.csv"])
    @pytest.mark.parametrize("target", ["/dev/zero", "../elsewhere.csv"])
    def test_links_that_lead_out_are_refused(self, small, name, target):
        (small.parent / "elsewhere.csv").write_text(POSTS)
        (small / name).unlink()
        (small / name).symlink_to(target)
        assert str(check(small).errors[0]) == f"{name}: must stay in the folder, also through links"

    def test_pipes_are_refused(self, small):
        (small / "posts.csv").unlink()
        os.mkfifo(small / "posts.csv")
        os.mkfifo(small / "other.xlsx")
        assert [str(p) for p in check(small).errors] == ["posts.csv: must be a regular file"]

    def test_links_within_and_to_the_folder_are_fine(self, small, tmp_path_factory):
        (small / "posts.csv").rename(small / "kept.txt")
        (small / "posts.csv").symlink_to("kept.txt")
        link = tmp_path_factory.mktemp("links") / "mine"
        link.symlink_to(small)
        assert check(link).ok

    def test_notes_of_pandas_about_another_table_do_not_matter(self, small):
        table = pa.Table.from_pandas(pd.read_csv(small / "collaborations.csv", dtype="str"))
        other = '{"index_columns": ["no"], "columns": [], "column_indexes": []}'
        for notes, read in ((other, True), ("{", False)):
            pq.write_table(
                table.replace_schema_metadata({"pandas": notes}), small / "collaborations.parquet"
            )
            report = check(small)
            assert report.ok == read
            assert {p.file for p in report.errors} <= {"collaborations.parquet"}

    def test_an_index_is_a_column_if_it_has_a_name(self, small):
        table = pd.read_csv(small / "collaborations.csv", dtype="str")
        table.set_index("brand_id").to_parquet(small / "collaborations.parquet")
        assert check(small).ok
        table.iloc[::-1].to_parquet(small / "collaborations.parquet")
        assert {p.file for p in check(small).warnings} == {"collaborations.csv"}

    def test_more_columns_than_any_table_has(self, small):
        (small / "posts.csv").write_text("x," * 3000 + "\n" + "a\n" * 1000)
        assert any("must have at most 2,000 columns" in str(p) for p in check(small).errors)

    def test_a_json_key_for_every_row(self, small):
        rows = ",".join(f'{{"k{k}": 1}}' for k in range(3000))
        (small / "posts.json").write_text(f"[{rows}]")
        (small / "posts.csv").unlink()
        assert "3,000 columns" in str(check(small).errors[0])

    def test_half_an_emoji_in_a_text_that_was_cut(self, small):
        posts = pd.read_csv(small / "posts.csv", dtype="str").to_json(orient="records")
        (small / "posts.json").write_text(posts.replace("hello", "cut \\ud83d"))
        (small / "posts.csv").unlink()
        assert load(small).dataset.posts["caption"][0] == "cut ?"


class TestAllViolationsAtOnce:
    def test_every_fault_has_file_row_column_and_rule(self, small):
        rewrite(small / "accounts.csv", "m2,influencer,,,6000", "m1,celebrity,,,-5")
        rewrite(small / "posts.csv", "p1,b1,hello,a.png,1,2,2024-01-31",
                "p1,b1,hello,../a.png,many,-2,soon")  # fmt: skip
        rewrite(small / "posts.csv", "p3,m1", "p3,nobody")
        rewrite(small / "collaborations.csv", "b2,m2", "b3,m1")
        report = check(small)
        assert {
            ("accounts.csv", 5, "account_id"),
            ("accounts.csv", 5, "role"),
            ("accounts.csv", 5, "followers"),
            ("accounts.csv", 3, "account_id"),
            ("collaborations.csv", 3, "brand_id"),
            ("posts.csv", 2, "image"),
            ("posts.csv", 2, "likes"),
            ("posts.csv", 2, "comments"),
            ("posts.csv", 2, "posted_at"),
            ("posts.csv", 4, "account_id"),
        } <= places(report.errors)
        assert len([p for p in report.errors if p.column == "image"]) == 1
        with pytest.raises(ContractError) as caught:
            load(small)
        assert caught.value.problems == report.by_cause().errors

    def test_a_brand_without_collaborations_is_refused(self, small):
        rewrite(small / "collaborations.csv", "b2,m2\n", "")
        assert places(check(small).errors) == {("accounts.csv", 3, "account_id")}


class TestOddities:
    def test_accounts_without_posts_are_counted(self, small):
        rewrite(small / "posts.csv", "p4,m2,hey,,3,4,\n", "")
        report = check(small)
        assert report.ok
        assert [p.rule for p in report.warnings] == ["1 influencer without posts: m2"]

    def test_a_category_with_one_brand(self, small):
        rewrite(small / "accounts.csv", "b2,brand,food", "b2,brand,auto")
        report = check(small)
        assert report.ok
        assert len(report.warnings) == 2
        assert all("one brand" in p.rule for p in report.warnings)

    def test_what_is_no_picture_is_said_by_cause(self, small):
        kinds = {"error.jpg": b"<!DOCTYPE html>", "phone.jpg": b"\0\0\0\x18ftypheic", "x.png": b"?"}
        for name, content in kinds.items():
            (small / name).write_bytes(content)
        names = [*kinds, *kinds]
        rows = [f"q{k},b1,,{name},,,\n" for k, name in enumerate(names)]
        (small / "posts.csv").write_text(POSTS.splitlines()[0] + "\n" + "".join(rows))
        found = [p for p in check(small).by_cause().warnings if p.column == "image"]
        assert [[row for row, _ in p.places()] for p in found] == [[2, 5], [3, 6], [4, 7]]
        assert [p.rule.removeprefix("this picture cannot be used: ") for p in found] == [
            "web page (no picture)",
            "HEIC (convert it to JPEG)",
            "unknown format (none of JPEG, PNG, WEBP, GIF, BMP, AVIF)",
        ]

    def test_what_cannot_be_decoded_is_said(self, small, monkeypatch):
        (small / "bomb.png").write_bytes(png_of_zeros(8_000, 8_000))
        (small / "thin.png").write_bytes(png_of_zeros(1, 100))
        (small / "cut.png").write_bytes(png_of_zeros(4, 4)[:24])
        (small / "large.png").write_bytes(png_of_zeros(4, 4) + bytes(3000))
        monkeypatch.setattr("morning.sources.findings.MAX_BYTES", 2_000_000)
        (small / "large.png").open("ab").write(bytes(2_000_000))
        os.mkfifo(small / "pipe.png")
        (small / "device.png").symlink_to("/dev/zero")
        names = ["bomb.png", "thin.png", "cut.png", "large.png", "pipe.png", "device.png"]
        rows = [f"q{k},b1,,{name},,,\n" for k, name in enumerate(names)]
        (small / "posts.csv").write_text(POSTS.splitlines()[0] + "\n" + "".join(rows))
        report = check(small)
        found = {p.row: p.rule for p in report.warnings + report.errors if p.column == "image"}
        assert found == {
            2: "this picture cannot be used: more than 50,000,000 pixels",
            3: "this picture cannot be used: more than 20 times longer than wide",
            4: "this picture cannot be used: cannot be decoded",
            5: "this picture cannot be used: larger than 2,000,000 bytes",
            6: "this picture is not there",
            7: "must stay in the folder, also through links",
        }

    @pytest.mark.parametrize("target", ["outside.csv", "/dev/zero", "/etc/passwd"])
    def test_a_table_behind_a_link_out_of_the_folder_is_not_opened(
        self, small, tmp_path_factory, target
    ):
        outside = tmp_path_factory.mktemp("outside") / "outside.csv"
        shutil.copy(small / "accounts.csv", outside)
        (small / "accounts.csv").unlink()
        (small / "accounts.csv").symlink_to(outside if target == "outside.csv" else target)
        rules = [p.rule for p in check(small).errors if p.file == "accounts.csv"]
        assert rules == ["must stay in the folder, also through links"]
        with pytest.raises(ContractError, match=r"accounts\.csv"):
            load(small)

    def test_a_table_behind_a_link_that_stays_inside_is_read(self, small):
        (small / "accounts.csv").rename(small / "people.csv")
        (small / "accounts.csv").symlink_to("people.csv")
        assert check(small).ok

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
        report = check(small)
        assert places(report.errors) == {("posts.csv", k, "image") for k in (3, 4, 7, 8)}
        pictures = [p for p in report.warnings if p.column == "image"]
        assert sorted(row for p in pictures for row, _ in p.places()) == [5, 6, 9]

    def test_a_link_that_stays_inside_is_fine(self, small):
        (small / "b.png").symlink_to(small / "a.png")
        rewrite(small / "posts.csv", "a.png", "b.png")
        assert not check(small).warnings


class TestSplit:
    def write(self, path, categories):
        rows = [f"b{k:02d},brand,{category}\n" for k, category in enumerate(categories)]
        text = "account_id,role,category\n" + "".join(rows) + "m,influencer,\n"
        (path / "accounts.csv").write_text(text)
        pairs = [f"b{k:02d},m\n" for k in range(len(categories))]
        (path / "collaborations.csv").write_text("brand_id,influencer_id\n" + "".join(pairs))

    def test_missing_split_is_made_by_category_and_said(self, tmp_path):
        self.write(tmp_path, ["food"] * 10 + ["auto"] * 5 + ["shoes"])
        accounts = load(tmp_path).dataset.accounts.query("role == 'brand'")
        table = pd.crosstab(accounts["category"], accounts["split"])
        assert table["test"].to_dict() == {"food": 2, "auto": 1, "shoes": 0}
        assert any(p.column == "split" for p in check(tmp_path).warnings)
        again = load(tmp_path).dataset.accounts.query("role == 'brand'")
        assert accounts["split"].tolist() == again["split"].tolist()

    def test_does_not_depend_on_the_order_of_rows(self, tmp_path):
        self.write(tmp_path, ["food"] * 10 + ["auto"] * 5)
        first = folder.inspect(tmp_path)[0].accounts.set_index("account_id")["split"]
        lines = (tmp_path / "accounts.csv").read_text().splitlines()
        (tmp_path / "accounts.csv").write_text("\n".join([lines[0], *lines[:0:-1]]))
        second = folder.inspect(tmp_path)[0].accounts.set_index("account_id")["split"]
        assert first.dropna().to_dict() == second.dropna().to_dict()

    def test_single_brand_categories_still_give_a_test_brand(self, tmp_path):
        self.write(tmp_path, ["food", "auto", "shoes"])
        accounts = load(tmp_path).dataset.accounts.query("role == 'brand'")
        assert sorted(accounts["split"]) == ["test", "train", "train"]

    def test_a_given_split_is_kept_and_a_partial_one_refused(self, small):
        assert load(small).dataset.accounts["split"].tolist()[:2] == ["train", "test"]
        rewrite(small / "accounts.csv", "200,test", "200,")
        assert ("accounts.csv", 3, "split") in places(check(small).errors)
