"""Exports in their real layouts become a Dataset that passes its check."""

import json
import lzma

import pandas as pd
import pytest
from morning.errors import MorningError
from morning.importing import import_folder, read_brands
from morning.sources import check
from PIL import Image


def edges(*nodes):
    return {"edges": [{"node": node} for node in nodes], "count": len(nodes)}


def instaloader(folder, owner, code, caption, tagged=(), sponsor=None):
    """Write a post as instaloader does: compressed JSON beside its picture."""
    node = {
        "__typename": "GraphImage",
        "shortcode": code,
        "owner": {"id": "1", "username": owner},
        "display_url": "https://cdn.example/x.jpg",
        "edge_media_to_caption": edges({"text": caption}),
        "edge_media_preview_like": {"count": 7},
        "edge_media_to_comment": {"count": 2},
        "taken_at_timestamp": 1714550000,
        "edge_media_to_tagged_user": edges(*({"user": {"username": name}} for name in tagged)),
    }
    if sponsor:
        node["edge_media_to_sponsor_user"] = edges({"sponsor": {"username": sponsor}})
    folder.mkdir(parents=True, exist_ok=True)
    about = {"instaloader": {"version": "4.13", "node_type": "Post"}, "node": node}
    name = f"2024-05-01_07-53-20_UTC_{code}"
    with lzma.open(folder / f"{name}.json.xz", "wt") as file:
        json.dump(about, file)
    Image.new("RGB", (4, 4), "red").save(folder / f"{name}.jpg")


def profile(folder, name, biography, category=None):
    node = {"username": name, "biography": biography, "edge_followed_by": {"count": 1200}}
    node |= {"business_category_name": category}
    about = {"instaloader": {"node_type": "Profile"}, "node": node}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}_1.json").write_text(json.dumps(about))


@pytest.fixture
def exported(tmp_path):
    """A folder of instaloader: two brands, three influencers."""
    root = tmp_path / "export"
    profile(root / "acme", "acme", "We bake", "Food")
    profile(root / "bolt", "bolt", "Fast cars", "Auto")
    instaloader(root / "acme", "acme", "A1", "bread by @Anna.", tagged=["Anna"])
    instaloader(root / "bolt", "bolt", "B1", "no one here, write to sales@cosy.com")
    instaloader(root / "anna", "Anna", "C1", "my bread #ad @acme")
    instaloader(root / "ben", "ben", "D1", "fast", sponsor="bolt")
    instaloader(root / "cosy.com", "cosy.com", "E1", "I like @bolt")
    return root


def table(folder, name):
    return pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)


def test_instaloader(exported, tmp_path):
    said = import_folder([exported], tmp_path / "d", read_brands("ACME,@bolt"))
    accounts = table(tmp_path / "d", "accounts").set_index("account_id")
    assert accounts.loc["acme", ["role", "category", "biography"]].tolist() == [
        "brand",
        "Food",
        "We bake",
    ]
    assert accounts.loc["anna", "role"] == "influencer"
    assert accounts.loc["acme", "followers"] == "1200"
    posts = table(tmp_path / "d", "posts").set_index("post_id")
    assert posts.loc["C1", ["account_id", "likes", "comments"]].tolist() == ["anna", "7", "2"]
    assert (tmp_path / "d" / posts.loc["C1", "image"]).is_file()
    evidence = [tuple(row) for row in table(tmp_path / "d", "evidence").to_numpy()]
    assert evidence == [
        ("acme", "anna", "C1", "advertisement"),
        ("acme", "anna", "A1", "tag"),
        ("bolt", "ben", "D1", "paid partnership"),
        ("bolt", "cosy.com", "E1", "mention"),
    ]
    assert len(table(tmp_path / "d", "collaborations")) == 3
    assert any("3 collaborations" in line for line in said)
    assert check(tmp_path / "d").ok


def test_evidence_may_be_left_out_of_the_posts(exported, tmp_path):
    import_folder([exported], tmp_path / "d", read_brands("acme,bolt"), leave_out=True)
    assert table(tmp_path / "d", "posts")["post_id"].tolist() == ["B1"]
    assert len(table(tmp_path / "d", "collaborations")) == 3


INSTAGRAM = [
    {
        "ownerUsername": "acme",
        "shortCode": "A1",
        "caption": "bread",
        "displayUrl": "https://cdn.example/a.jpg",
        "likesCount": -1,
        "commentsCount": 4,
        "timestamp": "2024-05-01T10:00:00.000Z",
        "taggedUsers": [{"username": "anna", "full_name": "Anna"}],
        "mentions": [],
    },
    {"ownerUsername": "anna", "shortCode": "B1", "caption": "hi", "takenAt": 1714550000},
]
PROFILES = [
    {
        "username": "acme",
        "biography": "We bake",
        "followersCount": 12,
        "businessCategoryName": "Food",
        "latestPosts": [{k: v for k, v in INSTAGRAM[0].items() if k != "ownerUsername"}],
    },
    {"username": "anna", "biography": "baker", "followersCount": 5, "latestPosts": []},
]
TIKTOK = [
    {
        "id": "7301",
        "authorMeta": {"name": "acme", "signature": "We bake", "fans": 9},
        "text": "with @anna",
        "diggCount": 3,
        "commentCount": 1,
        "createTimeISO": "2024-05-01T10:00:00.000Z",
        "videoMeta": {"coverUrl": "https://cdn.example/c.jpg"},
        "mentions": ["@anna"],
    },
    {
        "id": "7302",
        "authorMeta": {"name": "anna", "fans": 4},
        "text": "x",
        "createTime": 1714550000,
    },
]
CROWDTANGLE = (
    "Account,User Name,Followers at Posting,Post Created,Type,Likes,Comments,URL,Photo,"
    "Description\n"
    'Acme,acme,"1,200",2024-05-01 10:00:00 UTC,Photo,"1,003",4,https://i.example/p/A1/,,by @anna\n'
    "Anna,anna,50,2024-05-02 10:00:00 UTC,Photo,3,4,https://i.example/p/B1/,,hello\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("posts.json", json.dumps(INSTAGRAM)),
        ("posts.jsonl", "\n".join(map(json.dumps, INSTAGRAM))),
        ("profiles.json", json.dumps(PROFILES)),
        ("tiktok.json", json.dumps(TIKTOK)),
        ("crowdtangle.csv", CROWDTANGLE),
    ],
)
def test_other_layouts(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    import_folder([tmp_path / name], tmp_path / "d", read_brands("acme"))
    assert table(tmp_path / "d", "collaborations").to_numpy().tolist() == [["acme", "anna"]]
    report = check(tmp_path / "d")
    assert report.ok, report.errors
    posts = table(tmp_path / "d", "posts")
    assert posts["posted_at"].ne("").all()
    assert set(posts["account_id"]) <= {"acme", "anna"}


def test_a_list_of_accounts_says_roles_and_categories(tmp_path):
    (tmp_path / "posts.json").write_text(json.dumps(INSTAGRAM))
    (tmp_path / "who.csv").write_text("username,role,category\nacme,brand,food\n@ANNA,,\n")
    import_folder([tmp_path / "who.csv", tmp_path / "posts.json"], tmp_path / "d", {})
    accounts = table(tmp_path / "d", "accounts")
    assert accounts[["account_id", "role", "category"]].to_numpy().tolist() == [
        ["acme", "brand", "food"],
        ["anna", "influencer", ""],
    ]


def test_brands_of_a_table(tmp_path):
    (tmp_path / "brands.csv").write_text("username,category\nacme,food\nbolt,\n")
    assert read_brands(str(tmp_path / "brands.csv")) == {"acme": "food", "bolt": None}
    (tmp_path / "brands.csv").write_text("name\nacme\n")
    with pytest.raises(MorningError, match="needs a column username"):
        read_brands(str(tmp_path / "brands.csv"))


def test_what_cannot_be_imported_is_said(exported, tmp_path):
    (exported / "broken.json").write_text("{")
    (exported / "other.json").write_text('[{"a": 1}, {"b": 2}]')
    said = import_folder([exported], tmp_path / "d", read_brands("acme,bolt,lonely"))
    assert any("broken.json" in line for line in said)
    assert "2 records of other.json have no known layout" in said
    assert any(line.endswith("lonely") for line in said)


@pytest.mark.parametrize(
    ("brands", "said"), [("nobody_posts", "no post"), ("", "no account is a brand")]
)
def test_without_brands_there_is_nothing_to_do(exported, tmp_path, brands, said):
    with pytest.raises(MorningError, match=said):
        import_folder([exported], tmp_path / "d", read_brands(brands))
    assert not (tmp_path / "d").exists()


def test_nothing_is_written_over(exported, tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.txt").touch()
    with pytest.raises(MorningError, match="not empty"):
        import_folder([exported], tmp_path / "d", read_brands("acme"))


def test_no_known_layout(tmp_path):
    (tmp_path / "x.json").write_text('[{"a": 1}]')
    with pytest.raises(MorningError, match="--mapping"):
        import_folder([tmp_path / "x.json"], tmp_path / "d", read_brands("acme"))
    with pytest.raises(MorningError, match="neither a file nor a folder"):
        import_folder([tmp_path / "y"], tmp_path / "d", read_brands("acme"))


def test_a_brand_that_is_spelled_otherwise_is_named(exported, tmp_path):
    said = import_folder([exported], tmp_path / "out", {"acme": None, "bold": None})
    assert "no record is of the brand bold; did you mean bolt?" in said
    with pytest.raises(MorningError, match="of the brand acmee; did you mean acme"):
        import_folder([exported], tmp_path / "other", {"acmee": None})


def test_no_picture_is_taken_through_a_link_out_of_an_export(exported, tmp_path):
    secret = tmp_path / "secret.jpg"
    secret.write_text("root:x:0:0")
    (picture,) = (exported / "anna").glob("*.jpg")
    picture.unlink()
    picture.symlink_to(secret)
    import_folder([exported], tmp_path / "d", read_brands("acme,bolt"))
    copies = [path.read_bytes() for path in (tmp_path / "d").rglob("*") if path.is_file()]
    assert not any(b"root:x:0:0" in copy for copy in copies)
    assert len(list((tmp_path / "d").rglob("*.jpg"))) == 4


def test_evidence_is_no_formula(exported, tmp_path):
    instaloader(exported / "anna", "anna", "=1+1", "more bread @acme")
    import_folder([exported], tmp_path / "d", read_brands("acme,bolt"))
    assert "'=1+1" in table(tmp_path / "d", "evidence")["post_id"].tolist()
    assert "=1+1" in table(tmp_path / "d", "posts")["post_id"].tolist()
