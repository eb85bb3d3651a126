"""What a run starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from morning.dataset import Dataset
from morning.features import FeatureSet
from morning.roster import Roster
from morning.sources.label_posts import label_posts


@dataclass(frozen=True)
class Source:
    """Data, and what is special about them."""

    name: str
    """`demo`, `public`, or the folder's path."""
    dataset: Dataset
    """The tables that exist; posts and audiences may be empty."""
    features: FeatureSet | None = None
    """Vectors, where the source has them ready."""
    planted: bool = False
    """Generated: pictures are drawn, and why brands choose partners is known (`demo.truth`)."""
    released: bool = False
    """Of the papers' authors: more of their files can be had from `sources.public`."""
    validation_share: float = 0.1
    """Share of the training brands to validate on, where the data mark none."""

    @property
    def roster(self) -> Roster:
        """Who is there: the accounts of the vectors, where there are any, else of the tables."""
        return self.dataset if self.features is None else self.features

    @property
    def has_posts(self) -> bool:
        """Whether there are raw posts to compute vectors from."""
        return len(self.dataset.posts) > 0

    @property
    def has_pictures(self) -> bool:
        """Whether any raw post, of an account or of an audience, names a picture."""
        images = self.dataset.posts["image"].fillna("")
        return bool((images != "").any())

    def without_label_posts(self) -> Source:
        """Return the source without the posts that name a partner of their author."""
        posts = self.dataset.posts[~label_posts(self.dataset)].reset_index(drop=True)
        return replace(self, dataset=replace(self.dataset, posts=posts))
