"""Influencers are added to a run, whole or not at all."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from morning import files
from morning.errors import MorningError
from morning.files import write_json
from morning.recommend import added as module
from morning.recommend import batch
from morning.recommend.recommender import Recommender
from morning.sources.partitioned import parts
from toys.newcomers import strangers


def test_a_twin_scores_as_the_account_of_the_run(run, world):
    before = Recommender.load(run)
    after, notes = before.add(strangers(world, 0, 3))
    assert notes[0] == "2 influencers added."
    brand = before.features.collaborations["brand_id"].iloc[0]
    ranking = after.rank(brand, None, exclude_partners=False).set_index("influencer_id")
    assert len(ranking) == len(before.rank(brand, None, exclude_partners=False)) + 2
    ids = world.dataset.accounts.query("role == 'influencer'")["account_id"].iloc[[0, 3]]
    for account in ids:
        # the choice of an audience depends on its owner's name, all else is the same
        same = ["f", "h"]
        twin, own = ranking.loc[f"new-{account}", same], ranking.loc[account, same]
        assert twin.to_numpy(float) == pytest.approx(own.to_numpy(float), abs=1e-4)
        assert after.similar(account, 1)["influencer_id"].tolist() == [f"new-{account}"]


def test_those_of_the_run_are_as_they_were(run, world):
    before = Recommender.load(run)
    brand = before.features.collaborations["brand_id"].iloc[0]
    old = before.rank(brand, None).set_index("influencer_id")["score"]
    after, _ = before.add(strangers(world, 1))
    new = after.rank(brand, None).set_index("influencer_id")["score"]
    pd.testing.assert_series_equal(new[old.index], old)


def test_they_are_filtered_and_explained_as_others(run, world):
    after, _ = Recommender.load(run).add(strangers(world, 2))
    brand = after.features.collaborations["brand_id"].iloc[0]
    table, _ = after.shortlist(brand, 50, where=["followers > 0"], exclude_partners=False)
    (new,) = table.loc[table["influencer_id"].str.startswith("new-"), "influencer_id"]
    reasons = after.explain(brand, new)
    score = table.set_index("influencer_id").loc[new, "score"]
    assert reasons["contribution"].sum() == pytest.approx(score, abs=1e-6)


def test_once_more_replaces_and_others_stay(run, world):
    first, _ = Recommender.load(run).add(strangers(world, 0, 1))
    dumb = strangers(world, 1)
    dumb = replace(dumb, posts=dumb.posts.assign(caption=pd.NA))
    after, _ = first.add(dumb)
    ids = after.everyone.accounts["account_id"]
    assert ids.is_unique
    assert sum(ids.str.startswith("new-")) == 2
    brand = after.features.collaborations["brand_id"].iloc[0]
    old, new = (
        each.rank(brand, None, exclude_partners=False).set_index("influencer_id")["f"]
        for each in (first, after)
    )
    accounts = world.dataset.accounts.query("role == 'influencer'")["account_id"]
    assert new[f"new-{accounts.iloc[0]}"] == pytest.approx(old[f"new-{accounts.iloc[0]}"])
    assert new[f"new-{accounts.iloc[1]}"] != pytest.approx(old[f"new-{accounts.iloc[1]}"])


def test_what_is_not_known_adds_nothing(run, world):
    new = strangers(world, 0)
    new = replace(new, audiences=new.audiences.head(0))
    after, notes = Recommender.load(run).add(new)
    assert "audience" in notes[1]
    brand = after.features.collaborations["brand_id"].iloc[0]
    ranking = after.rank(brand, None, exclude_partners=False).set_index("influencer_id")
    (row,) = ranking.index[ranking.index.str.startswith("new-")]
    assert ranking.loc[row, "g"] == 0
    assert np.isfinite(after.similar(row, 3)["similarity"]).all()


def test_accounts_of_the_run_are_refused_and_nothing_is_written(run, world):
    with pytest.raises(MorningError, match="already in the run"):
        Recommender.load(run).add(strangers(world, 0, prefix=""))
    assert not run.added.exists()


def test_two_at_once_lose_nobody(run, world, monkeypatch):
    both, known = [Recommender.load(run), Recommender.load(run)], module.batches_of

    def slow(run):
        before = known(run)
        time.sleep(0.3)  # in which another could write
        return before

    monkeypatch.setattr(module, "batches_of", slow)
    monkeypatch.setattr(files, "_ORPHANS_END_S", 60)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda each, row: each.add(strangers(world, row)), both, (0, 1)))
    assert len(module.Added.load(run).accounts) == 2


def test_nobody_known_is_refused(run, world):
    nobody = strangers(world, 0)
    accounts = nobody.accounts.assign(biography=pd.NA, category=pd.NA)
    nobody = replace(
        nobody, accounts=accounts, posts=nobody.posts.head(0), audiences=nobody.audiences.head(0)
    )
    with pytest.raises(MorningError, match="of any influencer"):
        Recommender.load(run).add(nobody)
    assert not run.added.exists()


def test_a_failure_midway_leaves_what_was_there(run, world, monkeypatch):
    first, _ = Recommender.load(run).add(strangers(world, 0))

    def full(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(batch.pq, "write_table", full)
    with pytest.raises(MorningError, match="no space is left"):
        first.add(strangers(world, 1))
    assert len(Recommender.load(run).everyone) == len(first.everyone)
    assert [path.name for path in run.folder.iterdir() if "added" in path.name] == ["added"]


def test_a_run_made_anew_leaves_them_out_and_says_so(run, world, caplog):
    after, _ = Recommender.load(run).add(strangers(world, 0))
    replace(run.features(), source="made anew").save(run.vectors)
    assert len(Recommender.load(run).everyone) == len(after.everyone) - 1
    assert "made anew" in caplog.text


@pytest.mark.parametrize("broken", [None, {}, {"known": 3}])
def test_a_damaged_folder_says_what_to_do(run, world, broken):
    Recommender.load(run).add(strangers(world, 0))
    path = run.added / "about.json"
    if broken is None:
        path.write_text("{")
    else:
        write_json(path, broken)
    with pytest.raises(MorningError, match="delete this folder"):
        Recommender.load(run)


def test_large_batches_stay_and_of_an_id_the_last_counts(run, world, monkeypatch):
    monkeypatch.setattr(module, "_SMALL", 0)
    first = Recommender.load(run)
    brand = first.features.collaborations["brand_id"].iloc[0]
    after, notes = first.add(strangers(world, *rows) for rows in ((0, 1), (2,), (1, 3)))
    assert notes[0] == "4 influencers added."
    assert len(after.added.batches) == 3
    together, _ = Recommender.load(run).add(strangers(world, 0, 1, 2, 3))
    assert len(together.added.batches) == 4
    some, others = (
        each.rank(brand, None, exclude_partners=False)
        .set_index("influencer_id")[["score", "f", "g", "h"]]
        .sort_index()  # twins are equals
        for each in (after, together)
    )
    pd.testing.assert_frame_equal(some, others)
    assert together.candidates["influencer_id"].is_unique
    assert len(together.everyone) == len(first.everyone) + 4
    new = after.added.accounts["account_id"]
    assert [together._attributes(each) for each in new] == [after._attributes(each) for each in new]
    assert len([path for path in run.added.iterdir() if path.is_dir()]) == 4


def test_what_does_not_count_is_swept(run, world):
    Recommender.load(run).add(strangers(world, 0))
    orphan = run.added / ("0" * 32)
    orphan.mkdir()
    Recommender.load(run).add(strangers(world, 1))
    assert not orphan.exists()
    assert len([path for path in run.added.iterdir() if path.is_dir()]) == 1


def test_those_of_the_run_are_left_out_beside_others(run, world):
    both = [strangers(world, 0), strangers(world, 1, prefix="")]
    _, notes = Recommender.load(run).add(both)
    assert notes[0] == "1 influencer added."
    assert notes[-1] == "1 influencer left out: already in the run itself."


def test_a_reader_meets_one_state_or_the_other(run, world, monkeypatch):
    first, _ = Recommender.load(run).add(strangers(world, 0))
    load, added = batch.Batch.load, []

    def after_another(folder, *options):
        if not added:
            added.append(folder)
            first.add(strangers(world, 1))
        return load(folder, *options)

    monkeypatch.setattr(module.Batch, "load", staticmethod(after_another))
    assert len(Recommender.load(run).everyone) == len(first.everyone) + 1


def test_in_parts_as_at_once(run, world, tmp_path, monkeypatch):
    monkeypatch.setenv("MORNING_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(module, "_SMALL", 0)
    new, first = strangers(world, *range(8)), Recommender.load(run)
    for name, table in new.tables().items():
        if len(table):
            (tmp_path / "big" / name).mkdir(parents=True)
            half = len(table) // 2
            for k, some in enumerate((table[:half], table[half:])):
                some.to_parquet(tmp_path / "big" / name / f"{k}.parquet", index=False)
    for image in new.posts["image"].dropna().unique():
        (tmp_path / "big" / image).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "big" / image).write_bytes((new.root / image).read_bytes())
    after, _ = first.add(parts(tmp_path / "big", first.encoder.audience, rows=40))
    batches = after.added.batches
    assert len(batches) > 2
    at_once, _ = first.add(new)
    later = at_once.added.batches[-1]
    assert len(at_once.added.batches) == len(batches) + 1
    for one in batches:
        places = pd.Index(later.ids).get_indexer(one.ids)
        for name, block in one.features.blocks.items():
            np.testing.assert_array_equal(block, later.features.blocks[name][places], name)
            assert (one.known[name] == later.known[name][places]).all()
    assert sum(map(len, batches)) == len(later) == 8


def test_who_has_loaded_a_run_keeps_all_of_it(run, world):
    first, _ = Recommender.load(run).add(strangers(world, 0))
    reader = Recommender.load(run)
    before = reader._attributes(f"new-{people(world)[0]}")
    first.add(strangers(world, 1))
    assert reader._attributes(f"new-{people(world)[0]}") == before != ()


def test_costs_may_be_numbers_in_one_and_text_in_another(run, world):
    some, others = strangers(world, 0), strangers(world, 1)
    some = replace(some, accounts=some.accounts.assign(price=7.0))
    others = replace(others, accounts=others.accounts.assign(price="on request"))
    after, _ = Recommender.load(run).add([some, others])
    told = Recommender.load(run).candidates.set_index("influencer_id")["price"]
    assert told[[f"new-{name}" for name in people(world)[:2]]].tolist() == ["7.0", "on request"]
    assert len(after.added.batches) == 1


def test_what_several_lack_is_said_once_and_of_all(run, world):
    mute = strangers(world, 1)
    mute = replace(mute, posts=mute.posts.head(0), audiences=mute.audiences.head(0))
    _, notes = Recommender.load(run).add([strangers(world, 0), mute])
    assert notes == ["2 influencers added."]
    _, notes = Recommender.load(run).add([mute, replace(mute)])
    assert len(notes) == 2
    assert notes[1].startswith("Ranked by attribute; there is nothing of")


def people(world):
    accounts = world.dataset.accounts
    return accounts.loc[accounts["role"] == "influencer", "account_id"].tolist()
