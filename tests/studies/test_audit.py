"""The audit: overlap, comparisons, ties, controls, selection and sensitivity, on known answers."""

import itertools
import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from morning.attributes.embedding import Embedding
from morning.attributes.graph import AttributeGraph, read_edges
from morning.errors import MorningError
from morning.evaluation import (
    METRICS,
    Task,
    brand_statistics,
    official_task,
    result_row,
    write_results,
)
from morning.models import train_seeds
from morning.models.checkpoint import weights
from morning.models.profiles import PROFILES
from morning.report.figures import audit as figures
from morning.sources import public
from morning.studies import audit
from morning.studies.trained import statistics
from scipy import sparse
from toys.vectors import checkerboard, tiny


def make_task(positives, categories):
    positives = np.array(positives, dtype=bool)
    brands, influencers = map(np.arange, positives.shape)
    return Task(brands, influencers + len(brands), positives, np.array(categories, dtype=str))


def metrics_of(scores, on):
    return brand_statistics(scores, on.positives, on.categories).metrics()


@st.composite
def ranked_tasks(draw):
    """Scores with ties, and a task in which every brand has a partner and a stranger."""
    b, m = draw(st.integers(1, 5)), draw(st.integers(2, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    positives = rng.random((b, m)) < 0.4
    positives[:, 0], positives[:, 1] = True, False
    categories = rng.choice(["food", "auto"], b)
    return rng.integers(0, 4, (b, m)).astype(float), make_task(positives, categories)


@pytest.fixture(scope="module")
def shared():
    """Three training brands' partners are also partners of test brands; one of its category."""
    board = checkerboard()
    known = pd.DataFrame(
        {
            # test-brand-0-* and train-brand-2-0 are of category-0, train-brand-1-0 of category-1.
            "brand_id": ["train-brand-2-0", "train-brand-1-0"],
            "influencer_id": ["test-influencer-0-0", "test-influencer-0-1"],
        }
    )
    pairs = pd.concat([board.collaborations, known], ignore_index=True)
    return replace(board, collaborations=pairs).validate()


class TestOverlap:
    def test_who_is_seen_and_in_which_category(self, shared):
        on = official_task(shared)
        names = shared.accounts["account_id"].to_numpy()[on.influencers]
        seen = names[audit.seen_in_training(shared, on)]
        assert sorted(seen) == ["test-influencer-0-0", "test-influencer-0-1"]
        groups = audit.partners_by_training(shared, on)
        # Two test brands of group 0 work with each of the two seen influencers.
        assert [mask.sum() for mask in groups.values()] == [8 * 3 - 4, 2, 2]
        column = int(np.flatnonzero(names == "test-influencer-0-0")[0])
        assert groups["seen in the brand's category"][:, column].sum() == 2

    def test_groups_divide_the_positives(self, shared):
        on = official_task(shared)
        masks = list(audit.partners_by_training(shared, on).values())
        assert (np.sum(masks, axis=0) == on.positives).all()

    @given(ranked_tasks())
    def test_keeping_all_changes_nothing(self, drawn):
        scores, on = drawn
        found = audit.statistics_of(scores, on, on.positives).metrics()
        expected = metrics_of(scores, on)
        np.testing.assert_equal(found, expected)

    def test_another_partner_is_no_rival(self):
        on = make_task([[1, 1, 0], [0, 0, 1]], ["food", "food"])
        scores = np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])
        kept = np.array([[False, True, False], [False, False, True]])
        found = audit.statistics_of(scores, on, kept).metrics()
        assert (found["mrr"], found["map"], found["auc"]) == (1.0, 1.0, 1.0)

    def test_removed_candidates_leave_with_their_pairs(self):
        on = make_task([[1, 0, 1], [0, 1, 0]], ["food", "auto"])
        smaller = audit.without_candidates(on, np.array([False, False, True]))
        assert smaller.influencers.tolist() == [2, 3]
        assert smaller.positives.tolist() == [[True, False], [False, True]]

    def test_wins_of_known_scores(self):
        on = make_task([[1, 1, 0, 0, 0], [1, 1, 1, 1, 1]], ["food", "auto"])
        scores = np.array([[2.0, 5.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
        found = audit.wins(scores, on.positives)
        assert found[0, :2].tolist() == [0.5, 1.0]  # beats one, ties with one; beats all three
        assert np.isnan(found[0, 2:]).all()
        assert np.isnan(found[1]).all()

    @given(ranked_tasks())
    def test_wins_pool_to_the_clean_auc(self, drawn):
        scores, on = drawn
        found = audit.wins(scores, on.positives)
        strangers = (~on.positives).sum(axis=1, keepdims=True) * on.positives
        pooled = np.nansum(found * strangers) / strangers.sum()
        assert pooled == pytest.approx(metrics_of(scores, on)["auc_clean"])

    def test_rows_say_how_many_and_what_changes(self, shared, tmp_path):
        models = train_seeds(shared, tiny(), tmp_path, seeds=1, device="cpu", progress=False)
        rows = audit.overlap_rows(models, shared, official_task(shared))
        sizes = [(row["method"], row["candidates"], row["positives"]) for row in rows]
        assert sizes == [
            ("all partners", 12, 24),
            ("unseen partners", 12, 20),
            ("unseen candidates", 10, 20),
        ]
        assert "difference" not in rows[0]
        for row in rows[1:]:
            assert row["difference"]["map"]["value"] == pytest.approx(rows[0]["map"] - row["map"])
        # Only partners are negatives of the released AUC: the two versions coincide there.
        assert rows[1]["auc"] == rows[2]["auc"]

    def test_one_row_where_nobody_is_seen(self, tmp_path):
        board = checkerboard()
        models = train_seeds(board, tiny(), tmp_path, seeds=1, device="cpu", progress=False)
        assert len(audit.overlap_rows(models, board, official_task(board))) == 1


class TestComparisons:
    @given(ranked_tasks())
    def test_against_the_list_of_rows(self, drawn):
        _, on = drawn
        pairs = list(zip(*np.nonzero(on.positives), strict=True))
        released = {"auc": [], "cauc": []}
        for (b, i), (c, j) in itertools.product(pairs, pairs):
            if b != c and i != j:
                released["auc"].append((b, i, j))
                if on.categories[b] == on.categories[c]:
                    released["cauc"].append((b, i, j))
        found = audit.comparisons(on)
        for name, rows in released.items():
            assert found.loc[name, "released"] == len(rows)
            assert found.loc[name, "two partners"] == sum(on.positives[b, j] for b, _, j in rows)
            assert found.loc[name, "repeated"] == len(rows) - len(set(rows))

    def test_of_the_official_split(self, mirror):
        found = audit.comparisons(official_task(public.dataset(mirror)))
        columns = ["released", "two partners", "clean"]
        assert found.loc["auc", columns].tolist() == [668_630, 1_066, 646_470]
        assert found.loc["cauc", columns].tolist() == [47_752, 835, 46_273]

    def test_ceiling_of_recall(self, mirror):
        positives = official_task(public.dataset(mirror)).positives
        assert round(audit.recall_ceiling(positives, 10), 3) == 0.873
        assert audit.recall_ceiling(positives, 50) == 1.0

    def test_ceiling_is_what_a_perfect_ranking_gets(self):
        on = make_task([[1] * 15 + [0] * 5, [1] * 4 + [0] * 16], ["food", "auto"])
        assert audit.recall_ceiling(on.positives, 10) == pytest.approx((10 / 15 + 1) / 2)
        perfect = metrics_of(on.positives + 1e-3 * np.arange(20), on)
        assert perfect["recall@10"] == audit.recall_ceiling(on.positives, 10)


class TestTies:
    def test_share_of_known_scores(self):
        assert audit.tied_share(np.array([[1.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]])) == 0.25
        assert audit.tied_share(np.zeros((2, 3))) == 1.0

    @given(st.integers(1, 20), st.integers(0, 2**32))
    def test_levels_are_equally_full_and_keep_the_order(self, levels, seed):
        scores = np.random.default_rng(seed).permutation(200).reshape(10, 20).astype(float)
        found = audit.quantise(scores, levels)
        counts = np.bincount(found.ravel(), minlength=levels)
        assert len(counts) == levels
        assert counts.max() - counts.min() <= 1 + (200 % levels > 0)
        order = np.argsort(scores.ravel())
        assert (np.diff(found.ravel()[order]) >= 0).all()

    def test_no_level_at_all(self):
        with pytest.raises(MorningError, match="at least 1"):
            audit.quantise(np.zeros((1, 2)), 0)

    @given(ranked_tasks())
    def test_a_constant_wins_nothing_as_released_and_half_when_clean(self, drawn):
        scores, on = drawn
        table = audit.quantised([scores], on, levels=(1, 3))
        assert table.index.tolist() == ["1", "3", "all"]
        assert table.loc["1", "auc_clean"] == 0.5
        assert table.loc["1", "auc"] == 0 or np.isnan(table.loc["1", "auc"])
        assert table.loc["1", "medr"] == len(on.influencers)
        np.testing.assert_equal(table.loc["all"].to_dict(), metrics_of(scores, on))


class TestControls:
    def test_oracle_knows_categories_and_nothing_within(self, tmp_path):
        board = checkerboard(brands={"train": 4, "validation": 2, "test": 6})
        on = official_task(board)
        found = audit.controls(board, on, tmp_path, chances=3, ties=40)
        assert tuple(found) == audit.CONTROLS
        assert [len(found[name]) for name in audit.CONTROLS] == [3, 1, 1, 40]
        oracle = [run.metrics() for run in found["category-oracle"]]
        # The other candidates of the category are those of one other group: half are partners.
        assert np.mean([m["cauc_clean"] for m in oracle]) == pytest.approx(0.5, abs=0.05)
        assert min(m["auc_clean"] for m in oracle) > 0.6

    def test_without_predictor_where_there_is_one_category(self, tmp_path):
        board = checkerboard()
        board.accounts["category"] = board.accounts["category"].where(
            board.accounts["role"] != "brand", "food"
        )
        found = audit.controls(board, official_task(board), tmp_path, chances=2, ties=2)
        assert "category-predictor" not in found

    def test_position_of_a_printed_number(self):
        values = np.array([0.0104, 0.0121, 0.0119, 0.03])
        assert audit.position(values, 0.012) == (1 + 0.5 * 2) / 4
        assert audit.position(values, 0.5) == 1.0
        assert audit.position(values, 0.0) == 0.0

    def test_of_the_official_split(self, mirror, tmp_path):
        """Spec 2.5, within the standard deviations it gives."""
        features = public.load(mirror)
        on = official_task(features)
        found = audit.controls(features, on, tmp_path, chances=2, ties=40)
        oracle = pd.DataFrame([run.metrics() for run in found["category-oracle"]]).mean()
        expected = {
            "auc": (0.963, 0.001),
            "cauc": (0.500, 0.010),
            "recall@10": (0.153, 0.012),
            "recall@50": (0.764, 0.014),
            "mrr": (0.360, 0.034),
            "map": (0.216, 0.008),
            "medr": (4.2, 0.6),
        }
        for metric, (value, sd) in expected.items():
            assert oracle[metric] == pytest.approx(value, abs=sd), metric
        cosine = found["cosine"][0].metrics()
        assert round(cosine["auc"], 3) == 0.801


class TestReading:
    @pytest.fixture
    def files(self, tmp_path):
        path = tmp_path / "edges.txt"
        path.write_text("0 1 3\n1 0 1\n0 2 1\n1 2 1\n2 1 1\n")
        return path

    def test_of_a_graph_of_three(self, files):
        right, damaged = (read_edges(files, reading=r) for r in ("max", "last"))
        lost = audit.lost_in_reading(right, damaged)
        assert lost["weight"] == pytest.approx(2 / 5)
        assert lost["pairs"] == pytest.approx(1 / 3)
        assert (lost["floor_before"], lost["floor_after"]) == (pytest.approx(2 / 3), 1.0)
        # Steps from 0 and from 1: (3/4, 1/4) against (1/2, 1/2); from 2 nothing changes.
        assert lost["steps"] == pytest.approx((1 / 4 + 1 / 4 + 0) / 3)

    def test_nothing_is_lost_against_itself(self, files):
        right = read_edges(files)
        lost = audit.lost_in_reading(right, right)
        assert (lost["weight"], lost["pairs"], lost["steps"]) == (0, 0, 0)

    def test_other_nodes_or_lonely_ones(self, files):
        right = read_edges(files)
        with pytest.raises(MorningError, match="same nodes"):
            audit.lost_in_reading(right, read_edges(files, names="abc"))
        lonely = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0.0]]))
        with pytest.raises(MorningError, match="has no neighbour"):
            audit.lost_in_reading(right, AttributeGraph(("0", "1", "2"), lonely))

    def test_weight_that_the_nearest_hold(self, files):
        right = read_edges(files)  # 0-1 weighs 3, 0-2 and 1-2 weigh 1
        apart = Embedding(("1", "2", "0"), np.array([[1, 0], [0, 1], [1, 0.5]], np.float32))
        # Nearest to 0 is 1, to 1 is 0, and to 2 is 0, whose weight is as large as that of 1.
        assert audit.recovered_weight(right, apart, k=1).tolist() == [1, 1, 1]
        wrong = Embedding(("0", "1", "2"), np.array([[1, 0], [0, 1], [1, 0.5]], np.float32))
        # Nearest to 0 is 2, to 1 is 2, to 2 is 0.
        assert audit.recovered_weight(right, wrong, k=1) == pytest.approx([1 / 3, 1 / 3, 1])
        assert audit.recovered_weight(right, wrong, k=2).tolist() == [1, 1, 1]

    def test_weight_needs_neighbours(self, files):
        right = read_edges(files)
        vectors = Embedding(right.names, np.eye(3, dtype=np.float32))
        with pytest.raises(MorningError, match="between 1 and 2"):
            audit.recovered_weight(right, vectors, k=3)
        lonely = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0.0]]))
        with pytest.raises(MorningError, match="has no neighbour"):
            audit.recovered_weight(AttributeGraph(right.names, lonely), vectors, k=1)

    def test_of_the_released_graph(self, mirror):
        path = public.attribute_graph_files(mirror)["edges"]
        lost = audit.lost_in_reading(read_edges(path), read_edges(path, reading="last"))
        assert lost["weight"] == pytest.approx(1 - 14_855 / 20_812, abs=1e-4)
        assert round(lost["floor_before"], 3) == 0.516
        assert round(lost["floor_after"], 3) == 0.851


@pytest.fixture(scope="module")
def board():
    return checkerboard()


@pytest.fixture(scope="module")
def watched(board, tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    return audit.watch_seeds(board, tiny(), folder, official_task(board), seeds=2, workers=1)


class TestSelection:
    def test_watching_changes_no_training(self, board, watched, tmp_path):
        plain = train_seeds(board, tiny(), tmp_path, seeds=2, workers=1, progress=False)
        for a, b in zip(plain, watched, strict=True):
            assert a.epoch == b.epoch
            ours, theirs = weights(a.model), weights(b.model)
            assert all((ours[name] == theirs[name]).all() for name in ours)

    def test_what_was_watched_is_what_the_model_scores(self, board, watched):
        on = official_task(board)
        for model in watched:
            noted = model.history[model.epoch - 1]["watched"]
            found = statistics([model], board, on)[0].metrics()
            assert noted == pytest.approx(found)

    def test_a_watch_reaches_a_worker(self, board, watched):
        sent = pickle.loads(pickle.dumps(audit.WatchTask(board, official_task(board))))
        model = watched[0]
        assert sent(model.model) == model.history[model.epoch - 1]["watched"]

    def test_rows_of_known_histories(self, watched):
        def entry(auc, rank, validation):
            watched_metrics = dict.fromkeys(METRICS, auc) | {"medr": rank}
            return {"watched": watched_metrics, "validation": {"auc": validation}}

        model = replace(
            watched[0],
            epoch=1,
            history=[entry(0.6, 9.0, 0.9), entry(0.8, 7.0, 0.5), entry(0.7, 3.0, 0.4)],
        )
        found = audit.selection([model])
        assert found["auc"].to_dict() == {
            "validation": 0.6,
            "last epoch": 0.7,
            "best test AUC": 0.8,
            "best of each metric": 0.8,
        }
        assert found["medr"].tolist() == [9.0, 3.0, 7.0, 3.0]
        assert found["epoch"].tolist()[:3] == [1.0, 3.0, 2.0]
        other = replace(model, epoch=2)
        assert audit.selection([model, other]).loc["validation", "auc"] == pytest.approx(0.7)

    def test_looking_never_loses(self, watched):
        found = audit.selection(watched)
        assert (found.loc["best test AUC", "auc"] >= found["auc"].iloc[:2]).all()
        best, others = found.loc["best of each metric"], found.iloc[:3]
        for metric in METRICS:
            sign = -1 if metric == "medr" else 1
            assert (sign * best[metric] >= sign * others[metric] - 1e-12).all()

    def test_a_training_that_nobody_watched(self, board, tmp_path):
        plain = train_seeds(board, tiny(), tmp_path, seeds=1, device="cpu", progress=False)
        with pytest.raises(MorningError, match="watch_seeds"):
            audit.selection(plain)


class TestSensitivity:
    @pytest.mark.parametrize("name", PROFILES)
    def test_variants_differ_in_one_choice_each(self, name):
        profile = PROFILES[name]
        found = audit.variants(profile)
        assert next(iter(found)) == audit.AS_GIVEN
        assert found.pop(audit.AS_GIVEN) == profile
        assert len(found) >= 8
        assert all(variant.model == profile.model for variant in found.values())
        assert all(variant != profile for variant in found.values())
        changed = [
            {k for k, v in vars(part).items() if v != vars(given)[k]}
            for variant in found.values()
            for part, given in (
                (variant.objective, profile.objective),
                (variant.training, profile.training),
            )
        ]
        assert all(fields <= {"decay", "decay_rate"} or len(fields) <= 1 for fields in changed)

    def test_margins_and_values(self):
        found = audit.variants(PROFILES["paper"])
        assert found["margins halved"].objective.margins["content"] == 2.0
        assert found["margins doubled"].objective.margins["attribute"] == 4.0
        assert found["l1 0"].objective.l1 == 0
        assert found["5 negatives"].training.negatives == 5
        assert not found["pairs in file order"].training.shuffle
        assert not {"l1 0.001", "1 negative", "without shrinkage"} & set(found)

    def test_a_row_per_variant_and_folders_of_their_own(self, board, tmp_path):
        on, profile = official_task(board), tiny(epochs=1)
        rows = audit.sensitivity(board, profile, tmp_path, on, workers=1)
        assert [row["method"] for row in rows] == list(audit.variants(profile))
        assert (tmp_path / "l1-0" / "seed-0" / "model.json").is_file()
        for row in rows:
            assert set(row["validation"]) == set(METRICS)
            assert row["epoch"] == 1
        written = write_results(tmp_path / "audit.json", "audit", on.describe(), rows)
        assert json.loads(written.read_text())["rows"][0]["method"] == audit.AS_GIVEN

    def test_without_validation_brands(self, tmp_path):
        board = checkerboard(brands={"train": 4, "validation": 0, "test": 2})
        profile = tiny(epochs=1)
        rows = audit.sensitivity(board, profile, tmp_path, official_task(board), workers=1)
        assert {row["validation"] for row in rows} == {None}
        assert figures.sensitivity(rows, {"validation": None, "test": None}).axes


class TestFigures:
    """Each draws what it is given, and leaves out what could not be measured."""

    def test_points_and_crosses(self, board, watched):
        on = official_task(board)
        row = result_row("ours <&>", statistics(watched, board, on), resamples=50)
        unknown = row | {"method": "unknown", "cauc": None}
        paper = {"auc": 0.95, "cauc": 0.7}
        axis = figures.category_recovery([row | {"paper": paper}, unknown]).axes[0]
        assert [text.get_text() for text in axis.texts] == ["ours <&>", "ours <&>, paper"]
        (dot,) = [line for line in axis.lines if line.get_marker() == "o"]
        assert dot.get_xydata().tolist() == [[row["auc"], row["cauc"]]]

    def test_epochs_mark_the_chosen_one_and_the_best(self, watched):
        left, right = figures.epochs(watched).axes
        dots = [line for line in left.lines if line.get_marker() == "o"]
        assert [int(dot.get_xdata()[0]) for dot in dots] == [model.epoch for model in watched]
        best = [line for line in right.lines if line.get_marker() == "^"]
        for triangle, model in zip(best, watched, strict=True):
            aucs = [entry["watched"]["auc"] for entry in model.history]
            assert triangle.get_ydata()[0] == max(aucs)

    def test_ties_and_chance(self, board, watched):
        on = official_task(board)
        scores = [model.score(board, on)["F"] for model in watched]
        left, right = figures.ties(audit.quantised(scores, on, levels=(1, 2))).axes
        assert left.lines[1].get_ydata()[0] == 0
        assert len(right.lines) == 3
        rng = np.random.default_rng(0)
        draws = pd.DataFrame(rng.random((30, len(METRICS))), columns=list(METRICS))
        marked = figures.chance(draws, dict.fromkeys(METRICS, 0.25)).axes
        assert [axis.lines[0].get_xdata()[0] for axis in marked] == [0.25] * 5
        assert not any(axis.lines for axis in figures.chance(draws).axes)
