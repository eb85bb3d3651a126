"""A folder larger than memory, met in parts: each as if it had been read with all others."""

import os
import resource
import shutil
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.dataset import Dataset
from morning.errors import ContractError, MorningError
from morning.features.posts import AudienceOptions, Posts
from morning.files import held
from morning.sources import folder as own
from morning.sources import partitioned
from morning.sources.newcomers import read_newcomers
from morning.sources.partitioned import is_partitioned, parts

FANS, PEOPLE = 12, 9


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))


def world(seed=0):
    """Influencers with posts, some of the same second, and audiences that they share."""
    rng = np.random.default_rng(seed)
    people = [f"person {i}" for i in range(PEOPLE)]
    fans = [f"fan {i}" for i in range(FANS)]
    accounts = pd.DataFrame(
        {
            "account_id": people + fans,
            "role": ["influencer"] * PEOPLE + ["audience"] * FANS,
            "biography": [f"likes {name}" for name in people + fans],
            "cost": np.arange(PEOPLE + FANS) / 2,
        }
    )
    authors = rng.choice(people + fans, 300)
    posts = pd.DataFrame(
        {
            "post_id": [f"post {i}" for i in rng.permutation(300)],
            "account_id": authors,
            "caption": [f"words of {name}" for name in authors],
            "likes": rng.integers(0, 9, 300),
            "posted_at": pd.to_datetime(rng.integers(1, 5, 300), unit="D"),
        }
    )
    pairs = [(p, f) for p in people for f in fans if rng.random() < 0.6]
    audiences = pd.DataFrame(pairs, columns=["account_id", "audience_id"])
    return {"accounts": accounts, "posts": posts, "audiences": audiences}


def write(folder, tables, files=3, group=40):
    """Write tables as folders of some Parquet files with small row groups."""
    for name, table in tables.items():
        (folder / name).mkdir(parents=True)
        bounds = np.linspace(0, len(table), files + 1).astype(int)
        for k, (start, stop) in enumerate(pairwise(bounds)):
            path = folder / name / f"{k}.parquet"
            table.iloc[start:stop].to_parquet(path, index=False, row_group_size=group)


def of_everyone(dataset, options):
    """What stands for each influencer: captions and days of its posts, and its audience's."""
    found = {}
    for posts in (Posts.own(dataset, recent=10), Posts.of_audience(dataset, options)):
        frame = posts.frame("post_id", "caption", "likes").assign(
            account=posts.accounts["account_id"].to_numpy()[posts.owner]
        )
        for account, rows in frame.groupby("account"):
            found.setdefault(account, []).append(rows.drop(columns="owner").to_numpy().tolist())
    return found


@pytest.mark.parametrize("rows", [20, 100, 10**6])
def test_each_account_has_what_it_has_in_the_whole(tmp_path, rows):
    options, tables = AudienceOptions(4, 2, seed=3), world()
    write(tmp_path / "big", tables)
    found, number = {}, 0
    for part in parts(tmp_path / "big", options, rows=rows):
        theirs = of_everyone(part, options)
        assert not set(theirs) & set(found)
        found |= theirs
        number += 1
    for name, table in tables.items():
        table.to_parquet(tmp_path / f"{name}.parquet", index=False)
    assert found == of_everyone(read_newcomers(tmp_path, "influencer"), options)
    assert len(found) == PEOPLE
    assert (number == 1) == (rows == 10**6)


@given(seed=st.integers(0, 99), rows=st.integers(60, 400), files=st.integers(1, 5))
@settings(deadline=None, max_examples=3)
def test_how_it_is_cut_makes_no_difference(tmp_path_factory, seed, rows, files):
    options, base = AudienceOptions(3, 1), tmp_path_factory.mktemp("cut")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MORNING_DATA", str(base / "data"))
        write(base / "a", world(seed))
        write(base / "b", world(seed), files, group=7)
        one, other = (
            {
                k: v
                for part in parts(base / x, options, rows=n)
                for k, v in of_everyone(part, options).items()
            }
            for x, n in (("a", 10**6), ("b", rows))
        )
    assert one == other


def test_what_is_known_beside_the_contract_comes_along(tmp_path):
    tables = world()
    tables["accounts"]["kind"] = ["vegan", None, "7"] * 7
    write(tmp_path, tables)
    rows = pd.concat([part.accounts for part in parts(tmp_path, rows=50)])
    rows = rows[rows["role"] == "influencer"].set_index("account_id").sort_index()
    expected = tables["accounts"].set_index("account_id").loc[rows.index]
    assert rows["cost"].tolist() == expected["cost"].tolist()
    assert rows["kind"].dropna().astype(str).tolist() == expected["kind"].dropna().tolist()


def test_a_table_may_be_a_file_and_a_role_may_be_left_out(tmp_path):
    tables = world()
    tables["accounts"] = tables["accounts"].head(PEOPLE).drop(columns="role")
    tables["posts"] = tables["posts"][tables["posts"]["account_id"].str.startswith("person")]
    write(tmp_path, {"posts": tables["posts"]})
    tables["accounts"].to_csv(tmp_path / "accounts.csv", index=False)
    found = [part.accounts for part in parts(tmp_path, rows=50)]
    assert sorted(pd.concat(found)["account_id"]) == sorted(tables["accounts"]["account_id"])
    assert set(pd.concat(found)["role"]) == {"influencer"}


def test_no_more_than_a_part_is_read_at_a_time(tmp_path, monkeypatch):
    write(tmp_path, world())
    most, joined = [], partitioned.checked_newcomers
    monkeypatch.setattr(
        partitioned,
        "checked_newcomers",
        lambda folder, tables, *rest: (
            most.append(len(tables["posts"].table)) or joined(folder, tables, *rest)
        ),
    )
    assert sum(1 for _ in parts(tmp_path, AudienceOptions(2, 1), rows=50)) > 4
    assert max(most) < 150


def test_nothing_is_left_on_disk(tmp_path):
    write(tmp_path / "big", world())
    some = parts(tmp_path / "big", rows=50)
    next(some)
    some.close()
    assert not list((tmp_path / "data" / "cache" / "parts").iterdir())


class TestRefused:
    def test_without_accounts(self, tmp_path):
        write(tmp_path, {"posts": world()["posts"]})
        with pytest.raises(MorningError, match="has no accounts"):
            next(parts(tmp_path))

    def test_without_ids(self, tmp_path):
        tables = world()
        write(tmp_path, tables | {"posts": tables["posts"].drop(columns="post_id")})
        with pytest.raises(ContractError, match=r"posts/0\.parquet, column post_id: .*required"):
            next(parts(tmp_path))

    def test_a_cell_is_named_by_its_file_and_row(self, tmp_path):
        tables = world()
        tables["posts"].loc[[120, 250], "account_id"] = "nobody"
        write(tmp_path, tables)
        with pytest.raises(ContractError) as error:
            list(parts(tmp_path, rows=50))
        told = str(error.value)
        assert "posts/1.parquet, row 21, column account_id: must be in accounts" in told
        assert "posts/2.parquet, row 51, column account_id: must be in accounts" in told

    def test_an_audience_of_nobody(self, tmp_path):
        tables = world()
        tables["audiences"].loc[5, "audience_id"] = "nobody"
        write(tmp_path, tables)
        with pytest.raises(ContractError, match=r"audiences/0\.parquet, row 6, column audience_id"):
            list(parts(tmp_path, rows=50))

    def test_a_damaged_file_is_named(self, tmp_path):
        write(tmp_path, world())
        path = tmp_path / "posts" / "1.parquet"
        content = bytearray(path.read_bytes())
        content[20:400] = bytes(380)
        path.write_bytes(content)
        with pytest.raises(MorningError, match=r"posts/1\.parquet"):
            list(parts(tmp_path))
        path.write_bytes(b"no Parquet")
        with pytest.raises(MorningError, match="Parquet"):
            list(parts(tmp_path))

    def test_a_link_out_of_the_folder(self, tmp_path):
        write(tmp_path / "in", world())
        path = tmp_path / "in" / "posts" / "1.parquet"
        path.rename(tmp_path / "elsewhere.parquet")
        path.symlink_to(tmp_path / "elsewhere.parquet")
        with pytest.raises(MorningError, match="must stay in the folder"):
            list(parts(tmp_path / "in"))


class TestOfARun:
    """The same folders as data of a run, which fits memory."""

    def test_is_read_as_from_files(self, tmp_path):
        tables = world() | {
            "collaborations": pd.DataFrame({"brand_id": ["b"], "influencer_id": ["person 1"]})
        }
        brand = {"account_id": "b", "role": "brand", "category": "food", "split": "train"}
        tables["accounts"] = pd.concat([tables["accounts"], pd.DataFrame([brand])])
        for name, table in tables.items():
            (tmp_path / "files").mkdir(exist_ok=True)
            table.to_parquet(tmp_path / "files" / f"{name}.parquet", index=False)
        write(tmp_path / "folders", tables)
        assert is_partitioned(tmp_path / "folders")
        assert not is_partitioned(tmp_path / "files")
        one, other = Dataset.load(tmp_path / "files"), Dataset.load(tmp_path / "folders")
        for name, table in one.tables().items():
            pd.testing.assert_frame_equal(table, other.tables()[name], check_dtype=False)

    def test_what_is_wrong_is_named_by_its_file_and_row(self, tmp_path):
        tables = world() | {
            "collaborations": pd.DataFrame({"brand_id": ["b"], "influencer_id": ["person 1"]})
        }
        tables["posts"].loc[120, "account_id"] = "nobody"
        tables["posts"].loc[250, "likes"] = -3
        tables["audiences"] = pd.concat([tables["audiences"], tables["audiences"].head(1)])
        write(tmp_path, tables)
        _, report = own.inspect(tmp_path)
        told = "\n".join(map(str, report.errors + report.warnings))
        assert "posts/1.parquet, row 21, column account_id: must be in accounts" in told
        assert "posts/2.parquet, row 51, column likes" in told
        assert "audiences/2.parquet" in told

    def test_a_file_beside_the_folder_is_ignored_with_a_warning(self, tmp_path):
        tables = world() | {
            "collaborations": pd.DataFrame({"brand_id": ["b"], "influencer_id": ["person 1"]})
        }
        write(tmp_path, tables)
        (tmp_path / "posts.csv").write_text("post_id,account_id\n")
        dataset, report = own.inspect(tmp_path)
        assert len(dataset.posts) == 300
        assert any("ignored" in str(each) for each in report.warnings)


def test_what_is_odd_is_told_once(tmp_path, caplog):
    tables = world()
    tables["posts"]["likes"] = "1.5K"
    write(tmp_path, tables)
    list(parts(tmp_path, rows=50))
    assert len([each for each in caplog.messages if "likes" in each]) == 1


def test_a_killed_call_leaves_what_the_next_one_deletes(tmp_path):
    write(tmp_path / "big", world())
    some = parts(tmp_path / "big", base=tmp_path / "run", rows=50)
    next(some)
    (left,) = (tmp_path / "run").iterdir()
    with held(tmp_path / "run"):
        assert not left.exists()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("posts", "posted_at"),
        ("posts", "caption"),
        ("posts", "likes"),
        ("accounts", "biography"),
        ("accounts", "cost"),
    ],
)
def test_a_column_that_may_be_left_out(tmp_path, table, column):
    tables = world()
    tables[table] = tables[table].drop(columns=column)
    write(tmp_path, tables)
    found = pd.concat([part.tables()[table] for part in parts(tmp_path, rows=100)])
    assert found[column].isna().all() if column != "cost" else column not in found


@pytest.mark.parametrize("who", ["nobody", "no one", "none at all", "a stranger"])
def test_posts_of_nobody_are_refused_also_in_a_part_of_their_own(tmp_path, who):
    tables = world()
    tables["posts"].loc[120, "account_id"] = who
    write(tmp_path, tables)
    with pytest.raises(ContractError, match=r"posts/1\.parquet, row 21, .*must be in accounts"):
        list(parts(tmp_path, rows=2))


def test_a_date_that_no_part_can_tell_is_refused(tmp_path):
    tables = world()
    tables["posts"]["posted_at"] = ["20/01/2024"] * 150 + ["01/20/2024"] * 150
    write(tmp_path, tables)
    with pytest.raises(ContractError, match=r"no part of a table can tell; write times as"):
        list(parts(tmp_path))
    with pytest.raises(ContractError, match=r"no part of a table can tell; write times as"):
        Dataset.load(tmp_path)


def test_what_kind_a_further_column_is_all_of_it_decides(tmp_path):
    tables = world() | {
        "collaborations": pd.DataFrame({"brand_id": ["b"], "influencer_id": ["person 1"]})
    }
    brand = {"account_id": "b", "role": "brand", "category": "food", "split": "train"}
    tables["accounts"] = pd.concat([tables["accounts"], pd.DataFrame([brand])], ignore_index=True)
    tables["accounts"]["cost"] = (
        tables["accounts"]["cost"].astype(str).where(tables["accounts"].index > 0, "on request")
    )
    write(tmp_path, tables)
    found = Dataset.load(tmp_path).accounts["cost"]
    assert found.iloc[0] == "on request"
    assert found.iloc[1] == "0.5"


def test_only_parquet_that_is_no_writers_own_is_read_and_a_file_beside_is_told(tmp_path, caplog):
    write(tmp_path, world())
    (tmp_path / "posts" / "0.parquet").rename(tmp_path / "posts" / "0.PARQUET")
    for name in ("_temporary", ".hidden"):
        (tmp_path / "posts" / name).mkdir()
        shutil.copy(tmp_path / "posts" / "1.parquet", tmp_path / "posts" / name)
    (tmp_path / "accounts.csv").write_text("account_id\n")
    assert sum(len(part.posts) for part in parts(tmp_path)) == 300
    assert "accounts.csv: is ignored, since the folder accounts is there" in caplog.text


def test_a_pipe_is_never_opened(tmp_path):
    write(tmp_path, world())
    (tmp_path / "posts" / "1.parquet").unlink()
    os.mkfifo(tmp_path / "posts" / "1.parquet")
    with pytest.raises(MorningError, match="must be a regular file"):
        list(parts(tmp_path))


def test_more_parts_than_files_that_may_be_open(tmp_path):
    write(tmp_path, world())
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 100
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 40, before[1]))
    try:
        assert len(list(parts(tmp_path, AudienceOptions(1, 1), rows=2))) == PEOPLE
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
