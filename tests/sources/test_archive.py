"""The importer of the authors' spreadsheets, on files made in that layout."""

import logging
import zipfile

import pandas as pd
import pytest
from morning.dataset import Dataset
from morning.errors import ContractError
from morning.sources import archive, check, load
from PIL import Image

TABLES = {
    "brand_biographies": [
        ["Brand", "category", "biography", "followers"],
        ["AirOne", "Airline", "We fly ✈️", 120000],
        ["cakeco", "Food", "Cakes\nand more", "1,234,567"],
        ["@newshoes", "shoes", "", 900],
    ],
    "influencer_biographies": [
        ["Micro-influencer", "biography", "followers"],
        ["spotter.1", "plane spotter", 6000],
        ["baker_2", "baker", 7000],
        ["1234", "sneakers", 8000],
    ],
    "brand_posts": [
        ["Brand", "Post id", "text", "timestamp", "#comments", "#likes"],
        ["airone", "airone_a_1", "Hello #sky", 1546300800, 3, 50],
        ["cakeco", "cakeco_a_1", "NA", "2019-02-03 10:00:00", 0, 7],
        ["cakeco", "cakeco_a_2", None, pd.Timestamp("2019-02-04 11:30"), None, None],
    ],
    "influencer_posts": [
        ["Brand", "Micro-influencer", "Post id", "text", "timestamp", "#comments", "#likes"],
        ["airone", "spotter.1", "airone_spotter.1_a_1", "jet", 1546300800, 1, 10],
        ["airone", "spotter.1", "airone_spotter.1_a_2", "jets", 1546300801, 1, 10],
        ["cakeco", "spotter.1", "cakeco_spotter.1_a_1", "jet", 1546300800, 1, 10],
        ["cakeco", "baker_2", "cakeco_baker_2_a_1", "bread", 1546300802, 1, 10],
        ["newshoes", 1234, "newshoes_1234_a_1", "kicks", 1546300803, 1, 10],
    ],
    "audience_posts": [
        ["Account", "Audience", "Post id", "text", "timestamp", "#comments", "#likes"],
        ["airone", "fan1", "fan1_1", "sea", 1546300800, 1, 2],
        ["airone", "fan1", "fan1_2", "sun", 1546300800, 1, 2],
        ["baker_2", "fan2", "fan2_1", "oven", 1546300800, 1, 2],
    ],
    "pre_dataset_train": [
        ["airone", "spotter.1", 0.0153, 1, 1],
        ["cakeco", "Baker_2", 0.0189, 2, 1],
        ["cakeco", "spotter.1", 0.0023, 1, 2],
    ],
    "pre_dataset_test": [["newshoes", 1234, 0.01, 3, 1]],
}


def write(folder, name, rows):
    pd.DataFrame(rows).to_excel(folder / f"{name}.xlsx", header=False, index=False)


@pytest.fixture
def stored(tmp_path):
    for name, rows in TABLES.items():
        write(tmp_path, name, rows)
    (tmp_path / "pictures").mkdir()
    for post, suffix in (("airone_a_1", "jpg"), ("cakeco_a_1", "png"), ("fan2_1", "jpeg")):
        Image.new("RGB", (4, 4)).save(tmp_path / "pictures" / f"{post}.{suffix}")
    return tmp_path


def refused(folder):
    with pytest.raises(ContractError) as caught:
        load(folder)
    return caught.value.problems


class TestLayout:
    def test_everything_is_read(self, stored, caplog):
        with caplog.at_level(logging.WARNING):
            dataset = load(stored).dataset
        accounts = dataset.accounts.set_index("account_id")
        assert accounts["role"].to_dict() == {
            "airone": "brand", "cakeco": "brand", "newshoes": "brand",
            "spotter.1": "influencer", "baker_2": "influencer", "1234": "influencer",
            "fan1": "audience", "fan2": "audience",
        }  # fmt: skip
        assert accounts["split"].dropna().to_dict() == {
            "airone": "train", "cakeco": "train", "newshoes": "test",
        }  # fmt: skip
        assert accounts["category"].dropna().tolist() == ["airline", "food", "shoes"]
        assert accounts.loc["cakeco", "followers"] == 1234567
        assert accounts.loc["cakeco", "biography"] == "Cakes\nand more"
        assert sorted(map(tuple, dataset.collaborations.to_numpy())) == [
            ("airone", "spotter.1"), ("cakeco", "baker_2"), ("cakeco", "spotter.1"),
            ("newshoes", "1234"),
        ]  # fmt: skip
        assert sorted(map(tuple, dataset.audiences.to_numpy())) == [
            ("airone", "fan1"), ("baker_2", "fan2"),
        ]  # fmt: skip
        assert dataset.root == stored

    def test_posts_pictures_and_times(self, stored):
        posts = load(stored).dataset.posts.set_index("post_id")
        assert posts.loc["airone_a_1", "posted_at"] == pd.Timestamp("2019-01-01")
        assert posts.loc["cakeco_a_1", "posted_at"] == pd.Timestamp("2019-02-03 10:00")
        assert posts.loc["cakeco_a_2", "posted_at"] == pd.Timestamp("2019-02-04 11:30")
        assert pd.isna(posts.loc["cakeco_a_1", "caption"])  # NA of R
        assert pd.isna(posts.loc["cakeco_a_2", "caption"])
        assert pd.isna(posts.loc["cakeco_a_2", "likes"])
        assert posts.loc["airone_a_1", ["comments", "likes"]].tolist() == [3, 50]
        assert posts["image"].dropna().to_dict() == {
            "airone_a_1": "pictures/airone_a_1.jpg",
            "cakeco_a_1": "pictures/cakeco_a_1.png",
            "fan2_1": "pictures/fan2_1.jpeg",
        }

    def test_posts_of_an_influencer_of_two_brands_are_kept_once(self, stored, caplog):
        with caplog.at_level(logging.WARNING):
            posts = load(stored).dataset.posts
        assert posts["account_id"].value_counts()["spotter.1"] == 2
        assert "cakeco_spotter.1_a_1" not in set(posts["post_id"])
        assert "1 posts of influencers of several brands" in caplog.text

    def test_picture_column(self, stored):
        rows = [[*TABLES["brand_posts"][0], "picture"]]
        rows += [[*row, f"x/{k}.jpg"] for k, row in enumerate(TABLES["brand_posts"][1:])]
        write(stored, "brand_posts", rows)
        posts = load(stored).dataset.posts.set_index("post_id")
        assert posts.loc["cakeco_a_2", "image"] == "x/2.jpg"

    def test_pictures_stay_in_the_folder(self, stored, tmp_path_factory):
        outside = tmp_path_factory.mktemp("outside") / "x.jpg"
        Image.new("RGB", (4, 4)).save(outside)
        (stored / "pictures" / "airone_spotter.1_a_1.jpg").symlink_to(outside)
        assert ["links" in problem.rule for problem in refused(stored)] == [True]

    def test_rows_are_those_of_the_spreadsheet(self, stored):
        rows = [list(row) for row in TABLES["influencer_posts"]]
        rows[5][6] = "lots"
        write(stored, "influencer_posts", rows)
        assert [(p.file, p.row) for p in refused(stored)] == [("influencer_posts.xlsx", 6)]

    def test_is_a_dataset_like_any_other(self, stored, tmp_path):
        dataset = load(stored).dataset
        dataset.save(tmp_path / "copy")
        for name, table in Dataset.load(tmp_path / "copy").tables().items():
            pd.testing.assert_frame_equal(table, getattr(dataset, name))

    def test_pair_lists_and_brand_biographies_suffice(self, stored, caplog):
        for name in ("brand_posts", "influencer_posts", "audience_posts", "influencer_biographies"):
            (stored / f"{name}.xlsx").unlink()
        with caplog.at_level(logging.WARNING):
            dataset = load(stored).dataset
        assert len(dataset.posts) == len(dataset.audiences) == 0
        assert dataset.accounts["role"].value_counts().to_dict() == {"brand": 3, "influencer": 3}
        assert "3 influencers have no biography" in caplog.text


class TestDoor:
    @pytest.mark.parametrize("there", ["brand_biographies", "pre_dataset_train"])
    def test_one_of_its_spreadsheets_tells_an_archive(self, stored, there):
        for path in stored.glob("*.xlsx"):
            if path.stem != there:
                path.unlink()
        rules = {p.file: p.rule for p in check(stored).errors}
        assert rules["pre_dataset_test.xlsx"] == "is missing; see morning.sources.archive"
        assert there not in rules

    def test_other_folders_are_none(self, tmp_path):
        (tmp_path / "brand_posts.xlsx").touch()
        (tmp_path / "accounts.csv").touch()
        assert not archive.recognises(tmp_path)

    def test_load_is_that_door(self, stored):
        source = load(str(stored))
        assert source.has_posts
        assert (source.planted, source.released, source.features) == (False, False, None)


class TestFaults:
    def test_brands_in_both_pair_lists(self, stored):
        rows = [*TABLES["pre_dataset_test"], ["AirOne", "baker_2", 0.1, 2, 1]]
        write(stored, "pre_dataset_test", rows)
        problems = refused(stored)
        assert [(p.file, p.row, p.column, p.value) for p in problems] == [
            ("pre_dataset_test.xlsx", 2, "brand_id", "'airone'")
        ]

    def test_every_violation_at_once(self, stored):
        write(stored, "pre_dataset_train", [*TABLES["pre_dataset_train"],
              ["airone", "spotter.1", 0.1, 1, 1], ["ghost", "baker_2", 0.1, 1, 1],
              ["airone", None, 0.1, 1, 1]])  # fmt: skip
        posts = [*TABLES["brand_posts"], ["airone", "airone_a_1", "again", "tomorrow", -2, "many"]]
        write(stored, "brand_posts", posts)
        write(stored, "brand_biographies", [*TABLES["brand_biographies"], ["idle", "food", "", 5]])
        found = {(p.file, p.row, p.column) for p in refused(stored)}
        assert {
            ("pre_dataset_train.xlsx", 4, None),
            ("pre_dataset_train.xlsx", 6, "influencer_id"),
            ("brand_biographies.xlsx", 5, "brand"),
            ("brand_biographies.xlsx", None, None),
            ("brand_posts.xlsx", 5, "posted_at"),
            ("brand_posts.xlsx", 5, "likes"),
            ("brand_posts.xlsx", 5, "comments"),
        } <= found
        read = {(file.split()[0], column) for file, _, column in found if "archive" in file}
        assert ("posts", "post_id") in read

    @pytest.mark.parametrize("name", archive._REQUIRED)
    def test_missing_files(self, stored, name):
        (stored / f"{name}.xlsx").unlink()
        assert [p.file for p in refused(stored)] == [f"{name}.xlsx"]

    @pytest.mark.parametrize("name", ["brand_posts", "pre_dataset_test"])
    @pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 truncated", b"brand,influencer\n"])
    def test_files_that_are_no_spreadsheets(self, stored, name, raw):
        (stored / f"{name}.xlsx").write_bytes(raw)
        assert refused(stored)[0].file == f"{name}.xlsx"

    def test_missing_columns(self, stored):
        write(stored, "influencer_posts", [["Brand", "text"], ["airone", "x"]])
        problem = refused(stored)[0]
        assert problem.file == "influencer_posts.xlsx"
        assert "micro-influencer" in str(problem)

    @pytest.mark.parametrize("name", archive._REQUIRED)
    def test_spreadsheets_without_a_cell(self, stored, name):
        write(stored, name, [])
        assert refused(stored)[0].file == f"{name}.xlsx"

    def test_a_spreadsheet_that_unpacks_to_too_much(self, stored):
        with zipfile.ZipFile(stored / "brand_posts.xlsx", "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
        assert any("to 20,000,000 bytes" in str(p) for p in refused(stored))
