"""Accounts that were in no run: whatever folder they come in."""

import pandas as pd
import pytest
from morning.errors import ContractError, MorningError
from morning.sources.newcomers import described, read_newcomers
from toys.pictures import paint


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "My bakery"
    folder.mkdir()
    return folder


def test_pictures_with_their_captions(folder):
    paint(folder, "2.png", "red")
    (folder / "2.txt").write_text("Fresh bread", encoding="utf-8-sig")
    paint(folder, "10.jpg", "blue")
    (folder / "open.txt").write_text("We are open")
    (folder / "biography.txt").write_text("Bakery in Lisbon")
    (folder / "notes.pdf").write_bytes(b"%PDF")
    found = read_newcomers(folder)
    posts = found.posts.set_index("post_id")
    assert list(posts.index) == ["10", "2", "open"]
    assert posts["image"].dropna().to_dict() == {"10": "10.jpg", "2": "2.png"}
    assert posts["caption"].dropna().to_dict() == {"2": "Fresh bread", "open": "We are open"}
    (account,) = found.accounts.itertuples()
    assert (account.account_id, account.role) == ("My bakery", "brand")
    assert account.biography == "Bakery in Lisbon"
    assert found.root == folder
    assert set(posts["account_id"]) == {"My bakery"}


def test_a_table_of_posts_without_ids(folder):
    (folder / "posts.csv").write_text("caption;likes\nhello;3\nworld;1,2k\n")
    found = read_newcomers(folder, "influencer")
    assert list(found.posts["post_id"]) == ["1", "2"]
    assert list(found.posts["likes"]) == [3, 1200]
    assert list(found.accounts["role"]) == ["influencer"]


def test_tables_of_several_accounts_with_audiences(folder):
    (folder / "accounts.csv").write_text("account_id,role\nann,\nben,influencer\nfan,audience\n")
    (folder / "posts.csv").write_text("post_id,account_id,caption\n1,ann,a\n2,fan,b\n")
    (folder / "audiences.csv").write_text("account_id,audience_id\nann,fan\n")
    found = read_newcomers(folder, "influencer")
    assert list(found.accounts["role"]) == ["influencer", "influencer", "audience"]
    assert len(found.audiences) == 1
    assert found.collaborations.empty


def test_a_dataset_is_read_without_splits_and_collaborations(folder):
    (folder / "accounts.csv").write_text("account_id,role,category,split\nacme,brand,food,test\n")
    (folder / "posts.csv").write_text("post_id,account_id,caption\n1,acme,a\n")
    (folder / "collaborations.csv").write_text("brand_id,influencer_id\nacme,ann\n")
    found = read_newcomers(folder)
    assert found.collaborations.empty
    assert found.accounts["split"].isna().all()


def test_a_biography_alone_will_do(folder):
    (folder / "biography.txt").write_text("Bakery")
    assert read_newcomers(folder).posts.empty


def test_an_empty_folder_says_what_to_put_in(folder):
    with pytest.raises(MorningError, match=r"posts\.csv .* or pictures with their captions"):
        read_newcomers(folder)


def test_no_folder(tmp_path):
    with pytest.raises(MorningError, match="is not a folder"):
        read_newcomers(tmp_path / "nowhere")


@pytest.mark.parametrize("image", ["../secret.png", "/etc/passwd"])
def test_pictures_stay_in_the_folder(folder, image):
    (folder / "posts.csv").write_text(f"caption,image\na,{image}\n")
    with pytest.raises(ContractError, match="must stay in the folder"):
        read_newcomers(folder)


def test_posts_of_somebody_else(folder):
    (folder / "accounts.csv").write_text("account_id,role\nacme,brand\n")
    (folder / "posts.csv").write_text("post_id,account_id,caption\n1,other,a\n")
    with pytest.raises(ContractError, match=r"posts\.csv, row 2, column account_id"):
        read_newcomers(folder)


def test_too_many_files(folder, monkeypatch):
    monkeypatch.setattr("morning.sources.newcomers._MOST_FILES", 2)
    for i in range(3):
        (folder / f"{i}.txt").write_text("a")
    with pytest.raises(MorningError, match="3 files, more than 2"):
        read_newcomers(folder)


def test_long_texts_are_cut(folder):
    (folder / "a.txt").write_text("word " * 100_000)
    assert len(read_newcomers(folder).posts["caption"].iloc[0]) < 70_000


def test_a_description():
    found = described("vegan shoes from Lisbon #vegan")
    assert found.accounts["biography"].iloc[0] == found.posts["caption"].iloc[0]
    assert pd.isna(found.posts["image"].iloc[0])


def test_posts_of_one_account_are_its_own_whatever_it_is_called(tmp_path):
    table = pd.DataFrame({"account_id": ["me", "me"], "caption": ["bread", "cake"]})
    table.to_csv(tmp_path / "posts.csv", index=False)
    dataset = read_newcomers(tmp_path)
    assert dataset.posts["account_id"].unique().tolist() == [tmp_path.name]


def test_links_to_elsewhere_are_no_posts(tmp_path):
    (tmp_path / "secret").write_text("root:x:0:0", encoding="utf-8")
    folder = tmp_path / "brand"
    folder.mkdir()
    (folder / "a.txt").write_text("bread", encoding="utf-8")
    (folder / "b.txt").symlink_to(tmp_path / "secret")
    (folder / "biography.txt").symlink_to(tmp_path / "secret")
    dataset = read_newcomers(folder)
    assert dataset.posts["caption"].tolist() == ["bread"]
    assert dataset.accounts["biography"].isna().all()


def test_a_description_that_is_no_unicode_is_read_as_far_as_it_is():
    assert described("bread \udcff").posts["caption"].tolist() == ["bread ?"]
