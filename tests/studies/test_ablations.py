"""Table IV: which variants the blocks allow, what they share, how they differ from the full one."""

import json
from dataclasses import replace

import pytest
from morning.evaluation import METRICS
from morning.evaluation.published import PUBLISHED
from morning.features import PERSPECTIVES
from morning.models import VARIANTS
from morning.models.morning import CODE
from morning.rankers.best import WITHOUT
from morning.studies.ablations import WITHOUT_CO_ATTENTION, ablations, best_without_parts
from toys.vectors import checkerboard, tiny

pytestmark = pytest.mark.usefixtures("no_workers")
PAPER_ROWS = PUBLISHED["table4_ablations"]
ONE_BLOCK = {"content": "content_topics", "audience": "audience_topics", "attribute": "attribute"}

#: Perspectives at hand -> variants with a row -> whose training they share (None: their own).
PLANNED = {
    ("content",): {"c-only": "full", "full": None},
    ("audience",): {"au-only": "full", "full": None},
    ("attribute",): {"att-only": "full", "full": None},
    ("content", "audience"): {
        "c-only": None,
        "au-only": None,
        "c+au": "full",
        "full": None,
        WITHOUT_CO_ATTENTION: None,
    },
    ("content", "attribute"): {"c-only": None, "att-only": None, "c+att": "full", "full": None},
    ("audience", "attribute"): {"au-only": None, "att-only": None, "au+att": "full", "full": None},
    tuple(PERSPECTIVES): dict.fromkeys([*VARIANTS, WITHOUT_CO_ATTENTION]),
}


def run(folder, perspectives, profile=None, seeds=1, **changes):
    features = replace(checkerboard([ONE_BLOCK[p] for p in perspectives]), **changes)
    return ablations(features, profile or tiny(epochs=1), folder, seeds=seeds)


@pytest.mark.parametrize("perspectives", PLANNED, ids="+".join)
def test_what_is_planned_shared_and_missing(perspectives, tmp_path):
    rows, missing = run(tmp_path, perspectives)
    assert {row["method"]: row["same_as"] for row in rows} == PLANNED[perspectives]
    assert [row["method"] for row in rows] == list(PLANNED[perspectives])

    absent = {entry["method"]: entry["needs"] for entry in missing}
    assert absent == {
        variant: ", ".join(f"{p} data" for p in needed if p not in perspectives)
        for variant, needed in VARIANTS.items()
        if variant not in PLANNED[perspectives]
    }
    trained = {name.replace(" ", "-") for name, same in PLANNED[perspectives].items() if not same}
    assert {path.name for path in tmp_path.iterdir()} == trained
    by_name = {row["method"]: row for row in rows}
    for row in rows:
        needed = VARIANTS.get(row["method"], VARIANTS["full"])
        assert row["blocks"] == [ONE_BLOCK[p] for p in needed if p in perspectives]
        if row["same_as"]:
            assert {m: row[m] for m in METRICS} == {m: by_name["full"][m] for m in METRICS}
    json.dumps([rows, missing], allow_nan=False)


class TestControl:
    def test_leaves_out_co_attention_and_nothing_else(self, tmp_path):
        profile = tiny(CODE, epochs=1)
        run(tmp_path, PERSPECTIVES, profile)
        names = ("full", WITHOUT_CO_ATTENTION.replace(" ", "-"))
        found = [json.loads((tmp_path / n / "seed-0/model.json").read_text()) for n in names]
        full, control = (record["profile"] for record in found)
        assert full["model"].pop("co_attention") is True
        assert control["model"].pop("co_attention") is False
        assert full == control

    def test_is_not_run_where_the_profile_has_none(self, tmp_path):
        profile = tiny(epochs=1)
        profile = replace(profile, model=replace(profile.model, co_attention=False))
        rows, _ = run(tmp_path, PERSPECTIVES, profile)
        assert [row["method"] for row in rows] == list(VARIANTS)


class TestRows:
    @pytest.fixture(scope="class")
    @classmethod
    def table(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("table")
        return run(folder, ("content", "attribute"), tiny(epochs=4), seeds=2)

    def test_difference_from_full(self, table):
        rows = {row["method"]: row for row in table[0]}
        assert "difference" not in rows["full"]
        assert "difference" not in rows["c+att"]
        for name in ("c-only", "att-only"):
            for metric, difference in rows[name]["difference"].items():
                value = rows["full"][metric] - rows[name][metric]
                assert difference["value"] == pytest.approx(value)
                assert difference["ci95"] is None  # eight brands allow none
            assert list(rows[name]["difference"]) == list(METRICS)

    def test_seeds(self, table):
        assert {row["seeds"] for row in table[0]} == {2}
        assert all(row["sd"]["auc"] is not None for row in table[0])

    def test_the_paper_is_beside_the_public_data_alone(self, tmp_path, table):
        assert {row["paper"] for row in table[0]} == {None}
        assert {entry["paper"] for entry in table[1]} == {None}
        rows, missing = run(tmp_path, ("content", "attribute"), source="public")
        assert {row["method"]: row["paper"] for row in [*rows, *missing]} == PAPER_ROWS

    def test_finished_trainings_are_reused(self, tmp_path):
        profile = tiny(epochs=1)
        first = run(tmp_path, ("content", "attribute"), profile)
        times = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("model.json")}
        assert run(tmp_path, ("content", "attribute"), profile) == first
        assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("model.json")} == times


def test_the_recommended_model_without_each_of_its_parts():
    rows = best_without_parts(checkerboard())
    whole, *others = rows
    assert [row["method"] for row in rows] == [
        "MORNING-best",
        *(f"MORNING-best without {part}" for part in WITHOUT),
        "similarity",
    ]
    assert whole["difference"] is None
    for row in others:
        ahead = row["difference"]["auc_clean"]["value"]
        assert ahead == pytest.approx(whole["auc_clean"] - row["auc_clean"])
    # Nothing is alike in this world: what it learns is what goes with what.
    values = {row["method"]: row["auc_clean"] for row in rows}
    assert values["MORNING-best"] == 1
    assert values["MORNING-best without association"] < 0.7
