"""The comparison: cached, resumed, complete, exported."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.evaluation import METRICS
from morning.evaluation.significance import mean_ranks
from morning.rankers import ranker
from morning.rankers.contract import Ranker
from morning.rankers.rand import expected_metrics
from morning.report.export import to_csv, to_latex
from morning.studies import comparison
from morning.studies.comparison import compare, measure
from toys import rivals as worlds

FAST = ("RAND", "popularity", "cosine", "two-tower", "ridge-bilinear", "category-oracle")
#: Those whose scores are kept: the others are nothing but draws.
KEPT = ("popularity", "cosine", "two-tower", "ridge-bilinear")


@pytest.fixture(scope="module")
def world():
    """Return a toy world that passes for the public data, so that rows carry the paper's."""
    toy = worlds.world()
    return replace(toy, features=replace(toy.features, source="public"))


def run(world, folder, names=FAST, **options):
    options = {"seeds": 2, "progress": False, "reference": "cosine"} | options
    return compare(world, [worlds.quick(name) for name in names], folder, **options)


@pytest.fixture
def counted(monkeypatch):
    """Count the fits."""
    calls = []
    fit = Ranker.fit

    def counting(self, *args, **kwargs):
        calls.append((self.name, kwargs["seed"]))
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(Ranker, "fit", counting)
    return calls


class TestRows:
    def test_other_data_are_not_set_beside_the_paper(self, tmp_path):
        assert all(row["paper"] is None for row in run(worlds.world(), tmp_path))

    def test_one_per_method_in_order_and_ready_for_json(self, world, tmp_path):
        rows = run(world, tmp_path)
        assert [row["method"] for row in rows] == list(FAST)
        json.dumps(rows, allow_nan=False)
        by_name = {row["method"]: row for row in rows}
        drawn = {name: by_name[name]["seeds"] for name in ("RAND", "category-oracle")}
        assert drawn == {name: ranker(name).draws for name in drawn}
        assert by_name["two-tower"]["seeds"] == 2
        assert by_name["cosine"]["seeds"] == 1
        assert by_name["RAND"]["paper"]["auc"] == 0.494
        on = worlds.test_task(world)
        assert {m: by_name["RAND"][m] for m in METRICS} == expected_metrics(on)
        low, high = by_name["RAND"]["ci95"]["map"]
        assert low < by_name["RAND"]["map"] - by_name["RAND"]["sd"]["map"] < high
        assert by_name["cosine"]["paper"] is None
        assert by_name["category-oracle"]["oracle"] is True
        assert by_name["popularity"]["auc"] == 0.0
        assert by_name["popularity"]["auc_clean"] == 0.5
        assert by_name["cosine"]["difference"] is None
        difference = by_name["ridge-bilinear"]["difference"]["auc"]
        assert set(difference) == {"value", "ci95", "p", "p_holm"}
        gap = by_name["cosine"]["auc"] - by_name["ridge-bilinear"]["auc"]
        assert difference["value"] == pytest.approx(gap)

    def test_a_method_without_its_inputs_keeps_its_row(self, world, tmp_path):
        bare = replace(world, image_history=None, activity=None)
        rows = run(bare, tmp_path, ("cosine", "MIR-4", "MIV"))
        assert rows[1]["needs"] == "needs post-level pictures"
        assert rows[2]["needs"] == "needs posts with dates, likes and comments"
        assert rows[1]["paper"]["auc"] == 0.849
        assert all(rows[1][metric] is None for metric in METRICS)
        assert rows[0]["needs"] is None
        assert rows[1]["interpretation"] is True
        assert rows[1]["seeds"] == 0
        json.dumps(rows, allow_nan=False)

    def test_a_method_that_these_data_cannot_teach_keeps_its_row(self, world, tmp_path):
        accounts = world.features.accounts
        one = accounts["category"].where(accounts["category"].isna(), "food")
        alike = replace(world.features, accounts=accounts.assign(category=one))
        rows = run(replace(world, features=alike), tmp_path, ("cosine", "category-predictor"))
        assert rows[1]["needs"] == "needs training brands of two categories"

    def test_no_reference_no_difference(self, world, tmp_path):
        rows = run(world, tmp_path, ("cosine", "popularity"), reference="MORNING")
        assert [row["difference"] for row in rows] == [None, None]

    def test_refusals(self, world, tmp_path):
        with pytest.raises(MorningError, match="share a name"):
            run(world, tmp_path, ("cosine", "cosine"))
        with pytest.raises(MorningError, match="at least one"):
            run(world, tmp_path, ())
        with pytest.raises(MorningError, match="at least one"):
            run(world, tmp_path, seeds=0)


class TestCache:
    def test_second_time_nothing_is_fitted(self, world, tmp_path, counted):
        first = run(world, tmp_path, KEPT)
        assert counted == [
            ("popularity", 0),
            ("cosine", 0),
            ("two-tower", 0),
            ("two-tower", 1),
            ("ridge-bilinear", 0),
        ]
        counted.clear()
        assert run(world, tmp_path, KEPT) == first
        assert counted == []

    def test_draws_are_not_kept(self, world, tmp_path):
        run(world, tmp_path, ("RAND", "cosine", "category-oracle"))
        assert [path.name for path in tmp_path.iterdir()] == ["cosine"]

    def test_more_seeds_fit_only_the_new_ones(self, world, tmp_path, counted):
        run(world, tmp_path, ("two-tower", "cosine"))
        counted.clear()
        run(world, tmp_path, ("two-tower", "cosine"), seeds=3)
        assert counted == [("two-tower", 2)]

    def test_goes_on_after_an_interruption(self, world, tmp_path, monkeypatch):
        whole = run(world, tmp_path / "whole", KEPT)
        fit = Ranker.fit

        def broken(self, *args, **kwargs):
            if self.name == "cosine":
                raise KeyboardInterrupt
            return fit(self, *args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(Ranker, "fit", broken)
            with pytest.raises(KeyboardInterrupt):
                run(world, tmp_path / "cut", KEPT)
        resumed = run(world, tmp_path / "cut", KEPT)
        for row in (*whole, *resumed):
            row.pop("seconds")
        assert resumed == whole

    @pytest.mark.parametrize("change", ["options", "features", "task"])
    def test_a_change_is_computed_anew(self, world, tmp_path, counted, change):
        run(world, tmp_path, ("cosine",))
        counted.clear()
        method, options = ranker("cosine"), {}
        if change == "options":
            method = ranker("ridge-bilinear", penalties=(0.1,))
            compare(world, [ranker("ridge-bilinear")], tmp_path, progress=False)
            counted.clear()
        elif change == "features":
            blocks = {n: b[:, ::-1].copy() + 1 for n, b in world.features.blocks.items()}
            world = replace(world, features=replace(world.features, blocks=blocks))
        else:
            on = worlds.test_task(world)
            half = slice(None, len(on.brands) // 2)
            options["task"] = replace(
                on,
                brands=on.brands[half],
                positives=on.positives[half],
                categories=on.categories[half],
            )
        compare(world, [method], tmp_path, progress=False, **options)
        assert [name for name, _ in counted] == [method.name]

    def test_test_labels_decide_no_kept_score(self, world, tmp_path, counted):
        run(world, tmp_path, KEPT)
        counted.clear()
        poisoned = worlds.poisoned(world)
        on = worlds.test_task(world)
        changed = replace(on, positives=np.roll(on.positives, 1, axis=0))
        run(poisoned, tmp_path, KEPT, task=changed)
        assert counted == []

    @pytest.mark.parametrize("damage", [b"", b"not a zip", None])
    def test_damaged_file_is_replaced(self, world, tmp_path, counted, damage):
        first = run(world, tmp_path, ("cosine",))
        path = tmp_path / "cosine" / "seed-0.npz"
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2] if damage is None else damage)
        counted.clear()
        again = run(world, tmp_path, ("cosine",))
        assert counted == [("cosine", 0)]
        assert again[0]["auc"] == first[0]["auc"]

    def test_nothing_half_written_remains(self, world, tmp_path, monkeypatch):
        def full(*_, **__):
            raise OSError("no space left on device")

        monkeypatch.setattr(comparison.np, "savez", full)
        with pytest.raises(OSError, match="no space"):
            run(world, tmp_path, ("cosine",))
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    def test_morning_keeps_its_training_and_is_one_of_the_rows(self, world, tmp_path):
        rows = run(world, tmp_path, ("MORNING", "cosine"), seeds=1, reference="MORNING")
        assert rows[0]["paper"]["auc"] == 0.884
        assert rows[1]["difference"]["auc"]["value"] == rows[0]["auc"] - rows[1]["auc"]
        assert list((tmp_path / "MORNING").glob("state-*/model.safetensors"))


class TestStatistics:
    def test_those_of_the_rows_and_fit_for_ranks(self, world, tmp_path, counted):
        names = ("two-tower", "ridge-bilinear", "popularity")
        rows = run(world, tmp_path, names)
        counted.clear()
        methods = [worlds.quick(name) for name in names]
        bare = replace(world, activity=None)
        known = measure(world, methods, tmp_path, seeds=2, progress=False)
        assert counted == []
        assert {name: len(runs) for name, runs in known.items()} == {
            "two-tower": 2,
            "ridge-bilinear": 1,
            "popularity": 1,
        }
        assert known["ridge-bilinear"][0].metrics()["map"] == rows[1]["map"]
        ranks = mean_ranks(known).ranks
        assert max(ranks, key=ranks.__getitem__) == "popularity"  # its scores are all ties
        assert measure(bare, [ranker("MIV")], tmp_path, progress=False) == {}


class TestExport:
    def test_csv_reads_back(self, world, tmp_path):
        rows = run(replace(world, activity=None), tmp_path, ("RAND", "cosine", "MIV"))
        read = list(csv.DictReader(io.StringIO(to_csv(rows))))
        assert [r["method"] for r in read] == ["RAND", "cosine", "MIV"]
        assert float(read[0]["auc"]) == rows[0]["auc"]
        assert float(read[0]["auc sd"]) == rows[0]["sd"]["auc"]
        assert float(read[0]["map low"]) == rows[0]["ci95"]["map"][0]
        assert float(read[0]["medr paper"]) == 54
        assert read[0]["auc p_holm"] == ""  # so few brands allow none
        assert read[2]["auc"] == ""
        assert read[2]["needs"].startswith("needs posts")

    def test_latex(self, world, tmp_path):
        names = ("RAND", "cosine-content_topics", "MIV", "category-oracle")
        text = to_latex(run(replace(world, activity=None), tmp_path, names))
        lines = text.splitlines()
        assert lines[2] == r"Method & AUC & cAUC & R@10 & R@50 & MRR & MAP & MedR \\"
        assert sum(line.count("&") == 7 for line in lines) == 5  # head, three methods, paper
        assert r"cosine-content\_topics &" in text
        assert r"MIV$^\dagger$ & \multicolumn{7}{l}{needs posts with dates" in text
        assert "category-oracle (oracle) &" in text
        assert r"{\scriptsize 0.494}" in text
        assert r"{\scriptsize 54.0}" in text
        assert text.count("{") == text.count("}")
