"""Accounts that come later, cut out of a world."""

from dataclasses import replace


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
