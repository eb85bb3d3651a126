"""Small worlds for the tests of attributes."""

import pandas as pd
from morning.dataset import Dataset


def dataset(accounts, collaborations) -> Dataset:
    """Build a valid Dataset.

    Parameters
    ----------
    accounts : dict
        Account id -> (split, category, biography); a split makes it a brand.
    collaborations : list of (brand, influencer)
    """
    rows = [
        (account, "brand" if split else "influencer", category, biography, split)
        for account, (split, category, biography) in accounts.items()
    ]
    columns = ["account_id", "role", "category", "biography", "split"]
    pairs = pd.DataFrame(collaborations, columns=["brand_id", "influencer_id"])
    return Dataset(accounts=pd.DataFrame(rows, columns=columns), collaborations=pairs).validate()


def small_world(test_biography="eyeshadow and gaming", test_influencer="carol") -> Dataset:
    """Three training brands, one validation and one test brand, four influencers."""
    return dataset(
        {
            "glow": ("train", "makeup", "Lipstick and eyeshadow for photographers"),
            "sweet": ("train", "food", "cake | ice cream | Chocolate"),
            "wear": ("train", "clothing", "jeans, photographers welcome"),
            "hidden": ("validation", "drink", "espresso espresso, champagne"),
            "other": ("test", "makeup", test_biography),
            "anna": (None, None, "#makeupartist, lipstick & cakes"),
            "bert": (None, None, "Food-blogger. Jeans! photographer"),
            "carol": (None, None, "espresso, gaming, champagne"),
            "dora": (None, None, None),
        },
        [
            ("glow", "anna"),
            ("glow", "dora"),
            ("sweet", "anna"),
            ("sweet", "bert"),
            ("wear", "bert"),
            ("hidden", "carol"),
            ("other", test_influencer),
        ],
    )
