"""What an audit needs: a world with seen partners, models whose scores are known, trainings."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
from morning.evaluation import brand_statistics, official_task
from morning.studies.audit.selection import watch_seeds
from morning.studies.audit.subject import Subject

from toys.vectors import checkerboard, tiny


def shared():
    """Two training brands' partners are also partners of test brands; one of its category."""
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


class Known:
    """Stands for a trained model: every account scores every other by a table."""

    def __init__(self, table):
        self.table = table

    def score(self, features, task):
        return {"F": self.table[np.ix_(task.brands, task.influencers)]}


def subject_of(features, seeds=2):
    """Return an audit's subject whose models score at random, partners of theirs slightly up."""
    everyone = np.arange(len(features))
    lift = 0.4 * features.positives(everyone, everyone)
    rngs = map(np.random.default_rng, range(seeds))
    return Subject.of(features, [Known(lift + rng.random(lift.shape)) for rng in rngs])


def watch(board, folder):
    """Train two seeds of the checkerboard, the test brands being looked at."""
    return watch_seeds(board, tiny(), folder, official_task(board), seeds=2, workers=1)


def lonely(brands):
    """Return so many test brands that share no category: nothing is compared within one."""
    board = shared()
    test = board.brands("test")
    accounts = board.accounts.copy()
    accounts.loc[test, "category"] = [f"category-{i}" for i in range(len(test))]
    # Every second one, that they do not share their partners either.
    accounts.loc[np.setdiff1d(test, test[::2][:brands]), "split"] = "train"
    return replace(board, accounts=accounts).validate()


#: Worlds to audit: with seen partners, as if it were the benchmark, with none seen, and with test
#: brands between which little or nothing is compared.
WORLDS = {
    "shared": shared,
    "public": lambda: replace(shared(), source="public"),
    "unseen": checkerboard,
    "lonely": lambda: lonely(3),
    "one brand": lambda: lonely(1),
}


def known_controls(subject):
    """Return statistics under the names of the controls: random scores, tied to nothing else."""
    draws = {"RAND": 40, "similarity": 1, "category-predictor": 1, "category-oracle": 5}
    rng, on = np.random.default_rng(0), subject.task
    return {
        name: [
            brand_statistics(rng.random(on.positives.shape), on.positives, on.categories)
            for _ in range(count)
        ]
        for name, count in draws.items()
    }


def assert_sound(section):
    """Check that a page and a results file can take a section as it is."""
    json.dumps([list(section.rows), dict(section.findings)], allow_nan=False)
    shown = [section.text, *(table.to_html() for table in section.tables)]
    assert not re.search(r"\b(nan|None|inf)\b", " ".join(shown)), shown


def is_empty(section):
    parts = (section.rows, section.findings, section.figure, section.tables, section.text)
    return not any(parts)
