"""The recommended model: its parts add up, it learns what is planted, it comes back from disk."""

import json
from dataclasses import replace

import numpy as np
import pytest
from morning.errors import MorningError
from morning.evaluation import brand_statistics, evaluate, official_task, task
from morning.models.best import Best, BestOptions, is_best
from morning.testing import poisoned, toy_inputs
from scipy.special import logsumexp
from toys.vectors import checkerboard

WITHOUT_POPULARITY = BestOptions(popularity=0.0)


@pytest.fixture(scope="module")
def features():
    return toy_inputs().features


@pytest.fixture(scope="module")
def best(features):
    return Best.fit(features)


def auc(model, features):
    on = official_task(features)
    scores = model.score(features, on)["F"]
    return brand_statistics(scores, on.positives, on.categories).metrics()["auc_clean"]


class TestScore:
    def test_the_parts_add_up(self, best, features):
        on = official_task(features)
        scores = best.score(features, on)
        assert list(scores) == ["f", "g", "h", "popularity", "F"]
        for part in scores.values():
            assert part.shape == on.positives.shape
        total = sum(scores[part] for part in ("f", "g", "h", "popularity"))
        assert np.allclose(scores["F"], total)
        assert np.ptp(scores["popularity"], axis=0).max() == 0  # the same for every brand

    def test_what_is_not_known_of_an_account_adds_nothing(self, best, features):
        on = official_task(features)
        brands, influencers = (best.rows(features, x) for x in (on.brands, on.influencers))
        whole = best.score_rows(brands, influencers)
        brands[:, best.columns("audience_visual", "audience_topics")] = np.nan
        without = best.score_rows(brands, influencers)
        assert np.allclose(best.score_rows(np.full_like(brands, np.nan), influencers)["f"], 0)
        assert np.array_equal(without["popularity"], whole["popularity"])
        if best.options.association is None:
            assert np.allclose(without["f"], whole["f"])
        assert not np.allclose(without["g"], whole["g"])
        assert all(np.isfinite(part).all() for part in without.values())

    def test_so_does_each_part_also_where_little_is_known(self, best, features):
        on = official_task(features)
        brands, influencers = (best.rows(features, each) for each in (on.brands, on.influencers))
        for row, block in enumerate(best.input_sizes):
            influencers[row, best.columns(block)] = np.nan
        brands[0, best.columns(next(iter(best.input_sizes)))] = np.nan
        scores = best.score_rows(brands, influencers)
        factors = best.factors(influencers)
        assert factors.shape == (len(influencers), best.factor_size)
        queries = best.queries(brands)
        for part, query in queries.items():
            np.testing.assert_allclose(query @ factors.T, scores[part], atol=1e-12)
        np.testing.assert_allclose(sum(queries.values()) @ factors.T, scores["F"], atol=1e-12)

    def test_it_is_a_product_of_two_vectors(self, best, features):
        on = official_task(features)
        vectors = best.vectors(features)
        product = vectors["brand"][on.brands] @ vectors["influencer"][on.influencers].T
        assert np.allclose(product, best.score(features, on)["F"])

    def test_popularity_is_half_the_log_of_the_mean_odds_with_training_brands(self, features):
        known = features.brands("train", "validation")
        free = Best.fit(features, WITHOUT_POPULARITY)
        half = Best.fit(features)
        on = official_task(features)
        everyone = task(features, known)
        odds = free.score(features, replace(everyone, influencers=on.influencers))["F"]
        expected = -0.5 * (logsumexp(odds, axis=0) - np.log(len(known)))
        assert np.allclose(half.score(features, on)["popularity"][0], expected)

    def test_with_full_popularity_it_ranks_brands_for_an_influencer(self, features):
        full = Best.fit(features, BestOptions(popularity=1.0))
        known = task(features, features.brands("train", "validation"))
        scores = full.score(features, known)["F"]
        assert np.allclose(logsumexp(scores, axis=0), np.log(len(known.brands)))

    def test_absent_perspectives_have_no_score(self, features):
        part = features.select(["attribute"])
        scores = Best.fit(part).score(part, official_task(part))
        assert list(scores) == ["h", "popularity", "F"]

    def test_other_blocks_are_refused(self, best, features):
        part = features.select(["attribute"])
        with pytest.raises(MorningError, match="needs content_visual"):
            best.score(part, official_task(part))


class TestFit:
    def test_what_is_not_alike_is_associated(self):
        # A brand's column is never its partners': similarity alone knows nothing.
        features = checkerboard()
        assert auc(Best.fit(features), features) == 1
        assert auc(Best.fit(features, BestOptions(association=None)), features) < 0.7

    def test_it_is_the_same_every_time(self, best, features):
        again = Best.fit(features)
        assert np.array_equal(again.association, best.association)
        assert again.weights == best.weights

    def test_no_test_label_is_seen(self, features):
        inputs = toy_inputs()
        other = poisoned(inputs).features
        a, b = Best.fit(inputs.features), Best.fit(other)
        assert np.array_equal(a.association, b.association)
        assert a.weights == b.weights

    def test_order_of_accounts_does_not_matter(self, best, features):
        order = np.random.default_rng(0).permutation(len(features))
        mixed = replace(
            features,
            accounts=features.accounts.iloc[order].reset_index(drop=True),
            blocks={name: x[order] for name, x in features.blocks.items()},
        )
        scores = Best.fit(mixed).vectors(mixed)
        before = best.vectors(features)
        product = before["brand"] @ before["influencer"].T
        assert np.allclose(
            scores["brand"] @ scores["influencer"].T, product[np.ix_(order, order)], atol=0.02
        )

    def test_equal_weights_when_asked(self, features):
        fitted = Best.fit(features, BestOptions(weighted=False))
        on = task(features, features.brands("train", "validation"))
        rows = fitted.comparable(features)
        spread = {
            name: weight * (rows[name][on.brands] @ rows[name][on.influencers].T).std()
            for name, weight in fitted.weights.items()
        }
        assert np.ptp(list(spread.values())) == pytest.approx(0, abs=1e-9)

    def test_a_constant_block_does_no_harm(self):
        features = checkerboard()
        flat = np.full_like(features.blocks["attribute"], 0.5)
        features = replace(features, blocks=features.blocks | {"attribute": flat})
        assert auc(Best.fit(features), features) == 1

    def test_one_training_brand(self):
        features = checkerboard()
        accounts = features.accounts.copy()
        known = accounts["split"].isin(["train", "validation"]).to_numpy().nonzero()[0]
        accounts.loc[known[1:], "split"] = "test"
        one = replace(features, accounts=accounts)
        on = official_task(one)
        metrics = evaluate(Best.fit(one).score(one, on)["F"], on.positives, on.categories)
        assert np.isfinite(metrics["auc"])

    def test_no_training_brand(self):
        features = checkerboard()
        accounts = features.accounts.copy()
        accounts.loc[accounts["split"].notna(), "split"] = "test"
        with pytest.raises(MorningError, match="brand"):
            Best.fit(replace(features, accounts=accounts))

    @pytest.mark.parametrize(
        "wrong", [{"shrinkage": ()}, {"shrinkage": (0.0,)}, {"association": 0.0}, {"popularity": 2}]
    )
    def test_options_that_make_no_sense(self, wrong):
        with pytest.raises(MorningError, match=next(iter(wrong))):
            BestOptions(**wrong)


class TestOnDisk:
    def test_it_comes_back(self, best, features, tmp_path):
        best.save(tmp_path / "best")
        assert is_best(tmp_path / "best")
        again = Best.load(tmp_path / "best")
        on = official_task(features)
        assert np.array_equal(again.score(features, on)["F"], best.score(features, on)["F"])
        assert (again.options, again.about) == (best.options, best.about)

    def test_nothing_there(self, tmp_path):
        with pytest.raises(MorningError, match="no fitted model here"):
            Best.load(tmp_path)

    @pytest.mark.parametrize("damage", ["record", "arrays", "format", "another size"])
    def test_damage_is_told(self, best, tmp_path, damage):
        folder = tmp_path / "best"
        best.save(folder)
        record = json.loads((folder / "best.json").read_text())
        match damage:
            case "record":
                (folder / "best.json").write_text("{")
            case "arrays":
                (folder / "best.safetensors").write_bytes(b"junk")
            case "format":
                (folder / "best.json").write_text(json.dumps(record | {"format": 0}))
            case _:
                record["sizes"]["attribute"] += 1
                (folder / "best.json").write_text(json.dumps(record))
        with pytest.raises(MorningError, match="cannot be read"):
            Best.load(folder)
