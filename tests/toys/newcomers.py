"""Accounts that come later, cut out of a world."""

from dataclasses import replace

import pandas as pd


def of_one(dataset, brand):
    """Return a brand of a Dataset alone, with its audience."""
    audience = dataset.audiences[dataset.audiences["account_id"] == brand]
    members = {brand, *audience["audience_id"]}
    return replace(
        dataset,
        accounts=dataset.accounts[dataset.accounts["account_id"].isin(members)],
        posts=dataset.posts[dataset.posts["account_id"].isin(members)].reset_index(drop=True),
        audiences=audience,
        collaborations=dataset.collaborations[:0],
    )


def strangers(world, *rows, prefix="new-"):
    """Some influencers of the world under other ids, with all that they show."""
    dataset = world.dataset
    accounts = dataset.accounts[dataset.accounts["role"] == "influencer"].iloc[list(rows)]
    ids = accounts["account_id"]
    return replace(
        dataset,
        accounts=pd.concat(
            [
                accounts.assign(account_id=prefix + ids),
                dataset.accounts[dataset.accounts["role"] == "audience"],
            ],
            ignore_index=True,
        ),
        posts=pd.concat(
            [
                dataset.posts[dataset.posts["account_id"].isin(ids)].assign(
                    account_id=lambda t: prefix + t["account_id"],
                    post_id=lambda t: prefix + t["post_id"],
                ),
                dataset.posts[dataset.posts["account_id"].isin(dataset.audiences["audience_id"])],
            ],
            ignore_index=True,
        ),
        audiences=dataset.audiences[dataset.audiences["account_id"].isin(ids)]
        .assign(account_id=lambda t: prefix + t["account_id"])
        .reset_index(drop=True),
        collaborations=dataset.collaborations.head(0),
    )
