"""Layouts of exports: where each of them keeps what a Dataset needs.

A layout is data, not code: for every field the paths at which a record may have it, the first
that holds anything is taken. A YAML file of the same form describes any other export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from morning.importing.records import Record, at

Paths = Mapping[str, tuple[str, ...]]

#: Fields of a post, and of an account, that a layout may say the place of.
POST = (
    "post_id", "account_id", "caption", "image", "likes", "comments", "posted_at",
    "tagged", "mentioned", "sponsors", "paid",
)  # fmt: skip
ACCOUNT = ("account_id", "biography", "followers", "category", "role")


@dataclass(frozen=True)
class Layout:
    """Where an export keeps what a Dataset needs."""

    name: str
    marks: tuple[str, ...]
    """Paths that tell its records from others: all of them are there."""
    post: Paths = field(default_factory=dict)
    """Field of a post -> paths. Empty: its records are no posts."""
    account: Paths = field(default_factory=dict)
    """Field of an account -> paths."""
    posts: str = ""
    """Path of the list of posts inside a record of an account; they are recognised on their own."""

    def recognises(self, record: Record) -> bool:
        """Whether a record has all that this layout is told by."""
        return all(at(record, path) is not None for path in self.marks)

    def read(self, kind: str, record: Record) -> Record:
        """Return the fields of a record, as a `post` or an `account`; None where there is none."""
        paths: Paths = getattr(self, kind)
        return {name: _first(record, places) for name, places in paths.items()}

    def nested(self, record: Record) -> Iterator[Record]:
        """Yield the posts that a record of an account holds, each with its owner."""
        found = at(record, self.posts) if self.posts else None
        owner = _first(record, self.account.get("account_id", ()))
        for post in found if isinstance(found, list) else ():
            if isinstance(post, dict):
                yield {"ownerUsername": owner, **post}


def _first(record: Record, paths: tuple[str, ...]) -> Any:
    found = (at(record, path) for path in paths)
    return next((value for value in found if value not in (None, "", [])), None)


_NODE = "node."
LAYOUTS = (
    Layout(
        "instaloader, a post",
        ("node.shortcode", "node.owner"),
        post={
            "post_id": ("node.shortcode",),
            "account_id": ("node.owner.username", "node.iphone_struct.user.username"),
            "caption": ("node.edge_media_to_caption.edges.node.text", "node.caption.text"),
            "image": ("node.display_url",),
            "likes": ("node.edge_media_preview_like.count", "node.edge_liked_by.count"),
            "comments": (
                "node.edge_media_to_comment.count",
                "node.edge_media_to_parent_comment.count",
                "node.comments",
            ),
            "posted_at": ("node.taken_at_timestamp", "node.date"),
            "tagged": ("node.edge_media_to_tagged_user.edges.node.user.username",),
            "sponsors": (
                "node.edge_media_to_sponsor_user.edges.node.sponsor.username",
                "node.iphone_struct.sponsor_tags.sponsor.username",
            ),
            "paid": ("node.is_paid_partnership", "node.iphone_struct.is_paid_partnership"),
        },
    ),
    Layout(
        "instaloader, a profile",
        ("node.username", "node.biography"),
        account={
            "account_id": ("node.username",),
            "biography": ("node.biography",),
            "followers": ("node.edge_followed_by.count",),
            "category": ("node.business_category_name", "node.category_name"),
        },
    ),
    Layout(
        "Instagram profiles of a scraper",
        ("username", "followersCount"),
        account={
            "account_id": ("username",),
            "biography": ("biography",),
            "followers": ("followersCount",),
            "category": ("businessCategoryName", "category"),
        },
        posts="latestPosts",
    ),
    Layout(
        "Instagram posts of a scraper",
        ("ownerUsername",),
        post={
            "post_id": ("shortCode", "code", "id", "pk"),
            "account_id": ("ownerUsername",),
            "caption": ("caption", "caption.text"),
            "image": ("displayUrl", "display_url", "imageUrl"),
            "likes": ("likesCount", "likes"),
            "comments": ("commentsCount", "comments"),
            "posted_at": ("timestamp", "takenAt", "takenAtTimestamp", "taken_at"),
            "tagged": ("taggedUsers.username", "taggedUsers", "coauthorProducers.username"),
            "mentioned": ("mentions",),
            "sponsors": ("sponsors.username", "sponsors"),
            "paid": ("isPaidPartnership", "paidPartnership", "isSponsored"),
        },
        account={"account_id": ("ownerUsername",), "followers": ("ownerFollowersCount",)},
    ),
    Layout(
        "TikTok posts of a scraper",
        ("authorMeta.name",),
        post={
            "post_id": ("id",),
            "account_id": ("authorMeta.name",),
            "caption": ("text", "desc"),
            "image": ("videoMeta.coverUrl", "covers"),
            "likes": ("diggCount",),
            "comments": ("commentCount",),
            "posted_at": ("createTimeISO", "createTime"),
            "mentioned": ("mentions", "detailedMentions.name"),
            "paid": ("isSponsored", "isAd"),
        },
        account={
            "account_id": ("authorMeta.name",),
            "biography": ("authorMeta.signature",),
            "followers": ("authorMeta.fans",),
        },
    ),
    Layout(
        "CrowdTangle-style table",
        ("user_name", "post_created"),
        post={
            "post_id": ("url", "post_url"),
            "account_id": ("user_name",),
            "caption": ("description", "message", "title"),
            "image": ("photo",),
            "likes": ("likes",),
            "comments": ("comments",),
            "posted_at": ("post_created",),
            "sponsors": ("sponsor_name",),
        },
        account={
            "account_id": ("user_name",),
            "followers": ("followers_at_posting", "followers"),
        },
    ),
    Layout(
        "list of accounts",
        ("username",),
        account={
            "account_id": ("username",),
            "biography": ("biography", "bio"),
            "followers": ("followers",),
            "category": ("category",),
            "role": ("role",),
        },
    ),
)


def layout_of(record: Record, layouts: tuple[Layout, ...] = LAYOUTS) -> Layout | None:
    """Return the first layout that recognises a record."""
    return next((layout for layout in layouts if layout.recognises(record)), None)
