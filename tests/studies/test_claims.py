"""The claims of the paper: what it prints, and verdicts that follow from differences."""

from dataclasses import replace

import numpy as np
import pytest
from morning.evaluation import brand_statistics, result_row
from morning.studies import claims
from morning.studies.claims import CLAIMS, Evidence, check_claims

BRANDS, CANDIDATES = 40, 60


def runs(quality, seeds=2):
    """Return what scores give that see partners with some noise, under several seeds."""
    rng = np.random.default_rng(9)
    positives = rng.random((BRANDS, CANDIDATES)) < 0.15
    positives[:, 0] = True
    categories = np.arange(BRANDS) % 4
    return [
        brand_statistics(
            quality * positives + np.random.default_rng(seed).normal(size=positives.shape),
            positives,
            categories,
        )
        for seed in range(seeds)
    ]


GOOD, FAIR, POOR, BLIND = runs(3.0), runs(1.5), runs(0.6), runs(0.0)


@pytest.fixture
def evidence():
    variants = {
        "c-only": FAIR,
        "au-only": BLIND,
        "att-only": POOR,
        "c+au": FAIR,
        "full": GOOD,
        "full without co-attention": GOOD,
    }
    methods = {"MORNING": GOOD, "MIV": BLIND, "CAMERA": POOR}
    rows = {name: result_row(name, found) for name, found in methods.items()}
    rows["RAND"] = result_row("RAND", BLIND) | {"ci95": dict.fromkeys(rows["MIV"], (0.0, 0.9))}
    rows["category-oracle"] = result_row("category-oracle", POOR)
    return Evidence(variants, methods, rows)


def verdicts(evidence):
    return {row["number"]: row["verdict"] for row in check_claims(evidence)}


def test_verdicts_follow_from_the_differences(evidence):
    found = verdicts(evidence)
    assert found[1] == "holds"  # better than the best rival that ran
    assert found[2] == "fails"  # CAMERA is behind
    assert found[3] == "holds"  # the oracle is poor here
    assert found[4] == "holds"  # MIV lies among random rankings
    assert found[6] == "holds"  # content before audiences and attributes
    assert found[9] == "holds"  # attributes before chance
    assert found[11] == "not shown"  # audiences add nothing to content here
    assert found[15] == "not shown"  # nor does co-attention
    assert found[12] == found[13] == "cannot be checked"  # au+att and c+att were not run
    assert found[16] == found[17] == found[18] == "cannot be checked"


def test_one_clear_difference_the_other_way_is_enough_to_fail(evidence):
    worse = replace(evidence, variants=evidence.variants | {"c-only": POOR, "att-only": FAIR})
    assert verdicts(worse)[6] == "fails"
    assert "att-only" in check_claims(worse)[5]["ours"]


def test_without_posts_no_rival_can_be_compared_with(evidence):
    bare = replace(evidence, methods={"MORNING": GOOD}, rows={"MORNING": evidence.rows["MORNING"]})
    found = verdicts(bare)
    assert {found[n] for n in (1, 2, 3, 4, 5, 8)} == {"cannot be checked"}


def test_few_brands_allow_no_verdict(evidence):
    few = np.arange(5)

    def of_few(found):
        return {name: [run.take(few) for run in runs] for name, runs in found.items()}

    found = verdicts(
        replace(evidence, variants=of_few(evidence.variants), methods=of_few(evidence.methods))
    )
    assert {found[n] for n in (6, 7, 9, 10, 11, 15)} == {"cannot be checked"}


def test_the_papers_numbers_are_computed_from_its_tables():
    printed = [claim.paper for claim in CLAIMS]
    assert printed[0] == ("auc +4.1%, cauc +7.2%, recall@10 +2.4%, recall@50 +28.7%, map +11.2%")
    assert printed[6] == (
        "auc -2.6%, cauc -3.9%, recall@10 -25.8%, recall@50 -14.3%, mrr -30.8%, map -27.3%"
    )
    assert printed[1] == "MORNING 0.565, CAMERA 0.602"
    assert len(CLAIMS) == 18


def test_a_claim_holds_where_all_its_parts_hold():
    holds, fails = claims.Verdict("holds", "a"), claims.Verdict("fails", "b")
    assert claims._all_of([holds, holds]).verdict == "holds"
    assert claims._all_of([holds, fails]) == fails
    open_ = claims.Verdict("not shown", "c")
    assert claims._all_of([holds, open_]) == open_
