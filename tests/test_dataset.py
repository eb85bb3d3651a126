"""The contract of a Dataset: what is accepted, and what is said of everything that is not."""

import string
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.dataset import SCHEMAS, Dataset, empty_table
from morning.errors import ContractError, MorningError
from morning.reading.column import MISSING, NOBODY


def accounts(**changes: object) -> pd.DataFrame:
    columns = {
        "account_id": ["b1", "b2", "m1", "m2", "a1"],
        "role": ["brand", "brand", "influencer", "influencer", "audience"],
        "category": ["auto", "food", None, None, None],
        "biography": ["We build cars", None, "mum of two", "", None],
        "followers": [10, 20, 30, None, 0],
        "split": ["train", "test", None, None, None],
    }
    return pd.DataFrame(columns | changes)


def posts(**changes: object) -> pd.DataFrame:
    columns = {
        "post_id": ["p1", "p2"],
        "account_id": ["b1", "a1"],
        "caption": ["new!", None],
        "image": ["images/1.jpg", None],
        "likes": [5, None],
        "comments": [0, 1],
        "posted_at": pd.to_datetime(["2020-01-01 12:00", None]),
    }
    return pd.DataFrame(columns | changes)


def pairs(*rows: tuple[object, object]) -> pd.DataFrame:
    return pd.DataFrame(rows or [("b1", "m1"), ("b2", "m2")], columns=["brand_id", "influencer_id"])


def audiences(*rows: tuple[object, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["account_id", "audience_id"])


def small(**changes: object) -> Dataset:
    tables = {
        "accounts": accounts(),
        "collaborations": pairs(),
        "posts": posts(),
        "audiences": audiences(("b1", "a1"), ("m1", "a1")),
    }
    return Dataset(**tables | changes)  # type: ignore[arg-type]


def said(dataset: Dataset) -> list[str]:
    with pytest.raises(ContractError) as caught:
        dataset.validate()
    assert str(caught.value.problems[0]) in str(caught.value)
    return [str(problem) for problem in caught.value.problems]


class TestAccepted:
    def test_columns_are_ordered_and_typed(self):
        mixed = accounts()[["split", "role", "account_id", "category"]]
        checked = small(accounts=mixed).validate()
        for name, table in checked.tables().items():
            assert list(table.columns) == list(SCHEMAS[name].columns)
        assert str(checked.accounts["followers"].dtype) == "Int64"
        assert checked.accounts["biography"].isna().all()
        assert str(checked.posts["posted_at"].dtype) == "datetime64[ns]"

    def test_further_columns_of_accounts_are_kept(self, tmp_path):
        costs, towns = ["100", "250.5", "", "7", "8"], ["Lisbon", "", "Porto", "1", "2"]
        accounts(cost=costs, town=towns).to_csv(tmp_path / "accounts.csv", index=False)
        pairs().assign(extra=1).to_csv(tmp_path / "collaborations.csv", index=False)
        found = Dataset.load(tmp_path)
        assert list(found.accounts.columns) == [*SCHEMAS["accounts"].columns, "cost", "town"]
        assert found.accounts["cost"].fillna(-1).tolist() == [100, 250.5, -1, 7, 8]
        assert found.accounts["town"].fillna("?").tolist() == ["Lisbon", "?", "Porto", "1", "2"]
        assert list(found.collaborations.columns) == list(SCHEMAS["collaborations"].columns)
        found.save(tmp_path / "again")
        pd.testing.assert_frame_equal(Dataset.load(tmp_path / "again").accounts, found.accounts)

    def test_only_accounts_and_collaborations_are_needed(self):
        checked = Dataset(accounts=accounts(), collaborations=pairs()).validate()
        assert len(checked.posts) == len(checked.audiences) == 0
        for name in ("posts", "audiences"):
            assert list(checked.tables()[name].columns) == list(empty_table(name).columns)

    def test_numbers_serve_as_ids(self):
        numbers = accounts(account_id=[1, 2, 3, 4, 5])
        checked = Dataset(accounts=numbers, collaborations=pairs((1, 3), (2, 4))).validate()
        assert checked.rows(["1", "5"]).tolist() == [0, 4]
        assert checked.positives(np.array([0, 1]), np.array([2, 3])).tolist() == [
            [True, False],
            [False, True],
        ]

    def test_categorical_columns(self):
        table = accounts().astype({"role": "category", "split": "category", "category": "category"})
        checked = small(accounts=table).validate()
        assert checked.accounts["role"].tolist() == accounts()["role"].tolist()
        assert checked.brands("test").tolist() == [1]

    def test_a_filtered_table_is_renumbered(self):
        table = pd.concat([accounts().iloc[:1], accounts()], ignore_index=True).iloc[1:]
        assert small(accounts=table).validate().accounts.index.tolist() == [0, 1, 2, 3, 4]

    def test_validation_leaves_the_tables_as_they_were(self):
        dataset = small(accounts=accounts(account_id=["b1", "b2", "m1", "m2", "a1"]))
        before = {name: table.copy() for name, table in dataset.tables().items()}
        dataset.validate()
        for name, table in dataset.tables().items():
            pd.testing.assert_frame_equal(table, before[name])

    @pytest.mark.parametrize(
        "image", ["a.jpg", "images/a.jpg", "./a.jpg", "a..b.jpg", "", None, "bilder/ä ö.png"]
    )
    def test_image_paths_inside(self, image: str | None):
        small(posts=posts(image=[image, None])).validate()


AUDIENCE = (
    "must be an account of role audience; for an influencer or brand who follows another, add an "
    "audience account with an id of its own, or leave the pair out"
)

#: What breaks the contract -> exactly what is said of it.
BROKEN: dict[str, tuple[dict[str, object], list[str]]] = {
    "unknown role": (
        {"accounts": accounts(role=["brand", "brand", "influencer", "influencer", "fan"])},
        [
            "accounts, row 4, column role: must be one of brand, influencer, audience"
            " (found 'fan')",
            f"audiences, rows 0, 1, column audience_id: {AUDIENCE} (found 'a1')",
        ],
    ),
    "unknown split": (
        {"accounts": accounts(split=["train", "tset", None, None, None])},
        [
            "accounts, row 1, column split: must be empty or one of train, validation, test"
            " (found 'tset')"
        ],
    ),
    "no split": (
        {"accounts": accounts(split=["train", None, None, None, None])},
        ["accounts, row 1, column split: a brand needs one (found nan)"],
    ),
    "no category": (
        {"accounts": accounts(category=[None, "food", None, None, None])},
        ["accounts, row 0, column category: a brand needs one (found nan)"],
    ),
    "empty category": (
        {"accounts": accounts(category=["", "food", None, None, None])},
        ["accounts, row 0, column category: a brand needs one (found nan)"],
    ),
    "negative followers, numbers as ids": (
        {
            "accounts": accounts(account_id=[1, 2, 3, 4, 5], followers=[1, -2, 3, 4, 5]),
            "collaborations": pairs(("1", "3"), ("2", "4")),
            "posts": posts(account_id=["1", "5"]),
            "audiences": audiences(("1", "5")),
        },
        ["accounts, row 1, column followers: must not be negative (found -2)"],
    ),
    "text for a number": (
        {"accounts": accounts(followers=["many", "20", "30", "0", "0"])},
        ["accounts, row 0, column followers: has the wrong type (found 'many')"],
    ),
    "part of a like": (
        {"posts": posts(likes=[1.5, 2])},
        ["posts, column likes: has the wrong type"],
    ),
    "twice the same id": (
        {"posts": posts(post_id=["p1", "p1"])},
        [
            "posts, rows 0, 1, column post_id: must be unique (found 'p1')",
        ],
    ),
    "empty id": (
        {"posts": posts(post_id=["", "p2"])},
        ["posts, row 0, column post_id: must have 1 to 256 characters (found '')"],
    ),
    "a word for no id": (
        {"posts": posts(post_id=["NaN", "p2"])},
        [
            "posts, row 0, column post_id: must not be a word for a missing value (found 'NaN')",
        ],
    ),
    "missing id": (
        {"posts": posts(post_id=[None, "p2"])},
        ["posts, row 0, column post_id: must not be empty (found nan)"],
    ),
    "post of nobody": (
        {"posts": posts(account_id=["b1", "b9"])},
        ["posts, row 1, column account_id: must be in accounts (found 'b9')"],
    ),
    "audience of an audience": (
        {"audiences": audiences(("a1", "a1"))},
        [
            "audiences, row 0, column account_id: must be a brand or influencer of accounts"
            " (found 'a1')"
        ],
    ),
    "influencer as audience": (
        {"audiences": audiences(("b1", "m1"))},
        [f"audiences, row 0, column audience_id: {AUDIENCE} (found 'm1')"],
    ),
    "twice the same audience": (
        {"audiences": audiences(("b1", "a1"), ("b1", "a1"))},
        ["audiences, row 1: must be unique"],
    ),
    "twice the same pair": (
        {"collaborations": pairs(("b1", "m1"), ("b2", "m2"), ("b1", "m1"))},
        ["collaborations, row 2: must be unique"],
    ),
    "pair the wrong way round": (
        {"collaborations": pairs(("b1", "m1"), ("b2", "m2"), ("m1", "b1"))},
        [
            "collaborations, row 2, column brand_id: must be a brand of accounts (found 'm1')",
            "collaborations, row 2, column influencer_id: must be an influencer of accounts"
            " (found 'b1')",
        ],
    ),
    "brand without partners": (
        {"collaborations": pairs(("b1", "m1"))},
        [
            "accounts, row 1, column account_id: a brand needs at least one collaboration"
            " (found 'b2')"
        ],
    ),
    "columns missing": (
        {"accounts": accounts().drop(columns=["role", "account_id"])},
        [
            "accounts, column account_id: this column is required",
            "accounts, column role: this column is required",
        ],
    ),
    "several tables at once": (
        {
            "collaborations": pairs(("b1", "m1"), ("b2", "m2"), ("b9", "m1")),
            "posts": posts(likes=[-1, 0]),
        },
        [
            "posts, row 0, column likes: must not be negative (found -1)",
            "collaborations, row 2, column brand_id: must be a brand of accounts (found 'b9')",
        ],
    ),
}


class TestRefused:
    @pytest.mark.parametrize("case", BROKEN)
    def test_says_exactly_what_is_wrong(self, case: str):
        changes, expected = BROKEN[case]
        assert said(small(**changes)) == expected

    @pytest.mark.parametrize(
        "image",
        [
            "../a.jpg",
            "images/../../a.jpg",
            "/etc/passwd",
            "..",
            "images\\..\\..\\a.jpg",
            "C:\\a.jpg",
            "C:a.jpg",
            "\\\\host\\share\\a.jpg",
            "a.jpg\0.png",
        ],
    )
    def test_image_paths_outside(self, image: str):
        (problem,) = said(small(posts=posts(image=[image, None])))
        assert problem.startswith("posts, row 0, column image: must stay in the folder")

    @settings(max_examples=40)
    @given(parts=st.lists(st.sampled_from(["..", ".", "a", "b.jpg"]), min_size=1, max_size=6))
    def test_no_accepted_path_leaves_its_folder(self, parts: list[str]):
        image = "/".join(parts)
        _, problems = small(posts=posts(image=[image, None])).check()
        inside = (Path("/root") / image).resolve().is_relative_to(Path("/root").resolve())
        assert problems or inside
        assert bool(problems) == (".." in parts)


class TestDisk:
    def test_round_trip(self, tmp_path: Path):
        small().save(tmp_path / "d")
        loaded = Dataset.load(tmp_path / "d")
        assert loaded.root == tmp_path / "d"
        for name, table in small().validate().tables().items():
            pd.testing.assert_frame_equal(loaded.tables()[name], table)
        assert sorted(p.name for p in (tmp_path / "d").iterdir()) == sorted(
            f"{name}.parquet" for name in SCHEMAS
        )

    def test_never_replaces_what_is_there(self, tmp_path: Path):
        (tmp_path / "d" / "images").mkdir(parents=True)
        (tmp_path / "d" / "images" / "1.jpg").touch()
        with pytest.raises(MorningError, match="is not empty"):
            small().save(tmp_path / "d")
        assert (tmp_path / "d" / "images" / "1.jpg").exists()

    def test_a_broken_dataset_writes_nothing(self, tmp_path: Path):
        with pytest.raises(ContractError):
            small(collaborations=pairs(("b1", "m1"))).save(tmp_path / "d")
        assert list(tmp_path.iterdir()) == []

    def test_says_which_file_is_missing(self, tmp_path: Path):
        accounts().to_parquet(tmp_path / "accounts.parquet")
        with pytest.raises(ContractError, match=r"collaborations\.csv: is missing"):
            Dataset.load(tmp_path)

    def test_problems_name_the_file(self, tmp_path: Path):
        small().save(tmp_path / "d")
        posts(likes=[-2, 0]).to_parquet(tmp_path / "d" / "posts.parquet")
        with pytest.raises(ContractError, match=r"posts\.parquet, row 1, column likes"):
            Dataset.load(tmp_path / "d")

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda raw: raw[: len(raw) // 2],
            lambda raw: b"",
            lambda raw: b"PAR1" + bytes(len(raw) - 8) + b"PAR1",
            lambda raw: b"account_id,role\n",
        ],
        ids=["truncated", "empty", "zeroed", "csv"],
    )
    def test_a_damaged_parquet_file(self, tmp_path: Path, spoil: Callable[[bytes], bytes]):
        small().save(tmp_path / "d")
        path = tmp_path / "d" / "accounts.parquet"
        path.write_bytes(spoil(path.read_bytes()))
        with pytest.raises(ContractError, match=r"accounts\.parquet: cannot be read as Parquet"):
            Dataset.load(tmp_path / "d")


_TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_ID = st.text(string.ascii_letters + "._äß'\",", min_size=1, max_size=8).filter(
    lambda text: text not in NOBODY
)


@settings(max_examples=20)
@given(ids=st.lists(_ID, min_size=2, max_size=6, unique=True), data=st.data())
def test_any_valid_dataset_survives_the_disk(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str], data: st.DataObject
):
    n = data.draw(st.integers(1, len(ids) - 1))
    brands, influencers = ids[:n], ids[n:]
    biographies = data.draw(st.lists(_TEXT, min_size=len(ids), max_size=len(ids)))
    table = pd.DataFrame(
        {
            "account_id": ids,
            "role": ["brand"] * n + ["influencer"] * len(influencers),
            "category": ["c"] * n + [None] * len(influencers),
            "biography": biographies,
            "followers": pd.array(
                data.draw(
                    st.lists(
                        st.none() | st.integers(0, 2**40), min_size=len(ids), max_size=len(ids)
                    )
                ),
                dtype="Int64",
            ),
            "split": ["train"] * n + [None] * len(influencers),
        }
    )
    worked = pairs(*[(brand, data.draw(st.sampled_from(influencers))) for brand in brands])
    folder = tmp_path_factory.mktemp("any") / "d"
    valid = Dataset(accounts=table, collaborations=worked).validate()
    valid.save(folder)
    loaded = Dataset.load(folder)
    pd.testing.assert_frame_equal(loaded.accounts, valid.accounts)
    assert loaded.accounts["account_id"].tolist() == ids
    said = ["" if not text or text.strip() in MISSING else text for text in biographies]
    assert loaded.accounts["biography"].fillna("").tolist() == said
