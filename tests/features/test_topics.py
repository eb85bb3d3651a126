"""Topics: planted ones are found again, test accounts are not looked at, files give the same."""

import json
import logging
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features import topics
from morning.features.documents import Documents, Tokens
from morning.features.featureset import account_table
from morning.features.posts import AudienceOptions, Posts
from morning.features.topic_view import topic_view_html
from morning.features.topics import (
    Bags,
    TopicModel,
    TopicOptions,
    choose_topics,
    top_words,
    topic_block,
)

KITCHEN = ["pizza", "oven", "bread", "cheese", "tomato", "kitchen"]
GARAGE = ["engine", "wheel", "driver", "brake", "garage", "highway"]
OPTIONS = TopicOptions(topics=2, passes=15, min_count=1, max_share=1)


def corpus(n=40, length=30, seed=0):
    """Documents of one of two vocabularies, alternating."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice((KITCHEN, GARAGE)[i % 2], size=length)) for i in range(n)]


def many_words(n=60, size=40, seed=0):
    """Documents of one of two vocabularies of 40 made-up words each."""
    rng = np.random.default_rng(seed)
    letters = "bcdfghjklm"
    made_up = [f"zo{a}o{b}o" for a in letters for b in letters]
    return [" ".join(rng.choice(made_up[i % 2 * size :][:size], size=25)) for i in range(n)]


@pytest.fixture(scope="module")
def model():
    return TopicModel.fit(Documents.of(corpus()), OPTIONS)


def world(captions=None):
    """Four brands (train, train, validation, test), an influencer each, three audience accounts."""
    brands, influencers = ["b0", "b1", "bv", "bt"], ["i0", "i1", "iv", "it", "ishared"]
    fans = ["f0", "f1", "f2"]
    ids = [*brands, *influencers, *fans]
    accounts = pd.DataFrame(
        {
            "account_id": ids,
            "role": ["brand"] * 4 + ["influencer"] * 5 + ["audience"] * 3,
            "category": ["food"] * 4 + [None] * 8,
            "split": ["train", "train", "validation", "test"] + [None] * 8,
        }
    )
    texts = corpus(len(ids) * 2)
    posts = pd.DataFrame(
        [(f"p{i}", ids[i % len(ids)], texts[i]) for i in range(len(texts))],
        columns=["post_id", "account_id", "caption"],
    )
    for account, caption in (captions or {}).items():
        posts.loc[posts["account_id"] == account, "caption"] = caption
    pairs = [("b0", "i0"), ("b1", "i1"), ("bv", "iv"), ("bt", "it")]
    pairs += [("bt", "ishared"), ("b0", "ishared")]
    return Dataset(
        accounts=accounts,
        posts=posts,
        audiences=pd.DataFrame(
            [(a, f) for a in [*brands, *influencers] for f in fans],
            columns=["account_id", "audience_id"],
        ),
        collaborations=pd.DataFrame(pairs, columns=["brand_id", "influencer_id"]),
    ).validate()


def test_planted_topics_are_recovered(model):
    table = top_words(model, 6)
    found = {frozenset(group["word"]) for _, group in table.groupby("topic")}
    assert set(table["topic"]) == {1, 2}
    assert found == {frozenset(KITCHEN), frozenset(GARAGE)}
    assert table["probability"].between(0, 1).all()
    shares = model.transform(
        Documents.of(["pizza oven bread cheese", "engine wheel brake highway"])
    )
    assert shares.argmax(axis=1).tolist() in ([0, 1], [1, 0])
    assert shares.max(axis=1).min() > 0.8


def test_topics_of_a_model_sum_to_one(model):
    np.testing.assert_allclose(model.topics().sum(axis=1), 1, atol=1e-6)


def test_a_fit_repeats_and_depends_on_its_seed(model):
    assert TopicModel.fit(Documents.of(corpus()), OPTIONS).digest == model.digest
    other = TopicModel.fit(Documents.of(corpus()), replace(OPTIONS, seed=1))
    assert other.digest != model.digest


def test_inference_does_not_depend_on_company_or_call(model):
    texts = corpus(6, length=4, seed=3)
    together = model.transform(Documents.of(texts))
    np.testing.assert_array_equal(together, model.transform(Documents.of(texts)))
    np.testing.assert_array_equal(together[::-1], model.transform(Documents.of(texts[::-1])))
    np.testing.assert_array_equal(together[2:3], model.transform(Documents.of([texts[2]])))


@settings(max_examples=30, deadline=None)
@given(words=st.lists(st.sampled_from([*KITCHEN, *GARAGE, "unknownword", "🍕", "#"]), max_size=12))
@example(words=["pizza", "oven", "brake", "wheel"])
def test_rows_sum_to_one_in_any_order_of_words(model, words):
    # In a language that is known: of a few words in another order, another may be guessed, in
    # which "brake" has the lemma "braken".
    texts = [" ".join(words), " ".join(reversed(words))]
    tokens = Tokens.of(texts, languages=["en", "en"])
    shares = model.transform(Documents(tokens, np.arange(2), np.arange(3)))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(shares[0], shares[1])


def test_a_document_without_known_words_gets_the_mean_of_the_prior(model):
    shares = model.transform(Documents.of(["", "zebra umbrella", "https://x.y/z @someone"]))
    prior = model.lda.alpha / model.lda.alpha.sum()
    np.testing.assert_allclose(shares, np.tile(prior, (3, 1)), rtol=1e-6)
    assert model.transform(Documents.of([])).shape == (0, 2)


@given(
    st.lists(
        st.lists(st.sampled_from(["anna", "boat", "cake", "dune", "zzz"]), max_size=6), max_size=9
    ),
    st.integers(1, 4),
)
def test_bags_counted_at_once_are_those_counted_one_by_one(texts, block):
    bags = Bags.of(
        Documents.of(" ".join(words) for words in texts), ["boat", "cake", "dune", "eel"]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(topics, "_BLOCK", block)
        told = bags.table.to_pydict()
    assert [
        list(zip(words, counts, strict=True))
        for words, counts in zip(told["words"], told["counts"], strict=True)
    ] == list(bags)
    assert bags.known.tolist() == [bool(bag) for bag in bags]


def test_rare_words_are_left_out():
    fitted = TopicModel.fit(
        Documents.of([*corpus(), "xylophone"]), TopicOptions(topics=2, passes=1, min_count=2)
    )
    assert set(fitted.vocabulary) == {*KITCHEN, *GARAGE}
    assert fitted.documents == 40


def test_without_words_nothing_can_be_fitted():
    with pytest.raises(MorningError, match="no word of the 2 documents"):
        TopicModel.fit(Documents.of(["", "@a #1"]), TopicOptions(topics=2))


def test_words_that_most_documents_have_are_left_out():
    texts = [f"{text} season" for text in corpus()] + ["", ""]
    half = replace(OPTIONS, passes=1, max_share=0.5)
    assert set(TopicModel.fit(Documents.of(texts), half).vocabulary) == {*KITCHEN, *GARAGE}
    assert "season" in TopicModel.fit(Documents.of(texts), replace(half, max_share=1)).vocabulary
    with pytest.raises(MorningError, match="in at most 50% of them"):
        TopicModel.fit(Documents.of(["season pizza"] * 5), half)


@pytest.mark.parametrize(
    "wrong", [{"topics": 0}, {"passes": 0}, {"iterations": -1}, {"max_share": 0}, {"max_share": 2}]
)
def test_senseless_options_are_refused(wrong):
    with pytest.raises(MorningError, match="must be"):
        TopicOptions(**wrong)


def test_a_saved_model_infers_the_same(model, tmp_path):
    model.save(tmp_path / "m")
    loaded = TopicModel.load(tmp_path / "m")
    texts = [*corpus(10, length=7, seed=9), "", "pizza engine"]
    np.testing.assert_allclose(
        loaded.transform(Documents.of(texts)), model.transform(Documents.of(texts)), atol=1e-6
    )
    np.testing.assert_array_equal(loaded.lda.expElogbeta, model.lda.expElogbeta)
    assert loaded.digest == model.digest
    assert loaded.options == model.options
    pd.testing.assert_frame_equal(top_words(loaded), top_words(model))
    assert {p.suffix for p in (tmp_path / "m").iterdir()} == {".safetensors", ".json"}


def damage_bytes(folder):
    path = folder / "topics.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def damage_vocabulary(folder):
    about = json.loads((folder / "topics.json").read_text())
    about["vocabulary"][0] = "</script>"
    (folder / "topics.json").write_text(json.dumps(about))


def damage_shape(folder):
    about = json.loads((folder / "topics.json").read_text())
    about["vocabulary"].append("extra")
    (folder / "topics.json").write_text(json.dumps(about))


def damage_options(folder):
    about = json.loads((folder / "topics.json").read_text())
    about["options"]["unheard"] = 1
    (folder / "topics.json").write_text(json.dumps(about))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_bytes, "differs from what"),
        (damage_vocabulary, "no words"),
        (damage_shape, "expected float32"),
        (damage_options, "unheard"),
        (lambda folder: (folder / "topics.json").unlink(), "cannot be read"),
        (lambda folder: (folder / "topics.safetensors").write_bytes(b""), "differs"),
    ],
)
def test_a_damaged_model_is_refused(model, tmp_path, damage, message):
    model.save(tmp_path / "m")
    damage(tmp_path / "m")
    with pytest.raises(MorningError, match=message):
        TopicModel.load(tmp_path / "m")


def test_the_number_of_topics_is_chosen_by_coherence_then_perplexity():
    texts = many_words()
    table, chosen = choose_topics(Documents.of(texts), [2, 3, 5], OPTIONS, tolerance=0)
    assert table["topics"].tolist() == [2, 3, 5]
    assert np.isfinite(table[["log_perplexity", "u_mass"]]).all().all()
    best = table.loc[table["u_mass"].idxmax(), "topics"]
    assert chosen == best == 2
    _, by_perplexity = choose_topics(Documents.of(texts), [2, 3, 5], OPTIONS, tolerance=1e9)
    assert by_perplexity == table.loc[table["log_perplexity"].idxmax(), "topics"]
    with pytest.raises(MorningError, match="to choose from"):
        choose_topics(Documents.of(texts), [], OPTIONS)


def content_topics(dataset, options=None, model=None):
    return topic_block(Posts.own(dataset), options, model)


def audience_topics(dataset, options=None, audience=None):
    return topic_block(Posts.of_audience(dataset, audience), options)


def test_documents_are_the_captions_of_an_account():
    dataset = world({"b0": "own words"})
    documents = Posts.own(dataset).documents()
    assert len(documents) == 9
    assert next(iter(documents)) == ["word", "word"]
    dataset.posts.loc[dataset.posts["account_id"] == "b0", "caption"] = pd.NA
    assert next(iter(Posts.own(dataset).documents())) == []


def test_audience_documents_are_those_of_the_chosen_posts():
    posts = Posts.of_audience(world(), AudienceOptions(accounts=2, posts=1))
    chosen = posts.frame("caption")
    (expected,) = Documents.of(["\n".join(chosen.loc[chosen["owner"] == 3, "caption"])])
    assert list(posts.documents())[3] == expected


def test_training_accounts():
    dataset = world()
    ids = account_table(dataset)["account_id"].to_numpy()[Posts.own(dataset).training]
    assert ids.tolist() == ["b0", "b1", "i0", "i1", "ishared"]


def test_test_accounts_do_not_touch_the_content_model():
    poison = {"bt": "poison venom poison venom pizza " * 50, "it": "poison arsenic engine " * 50}
    clean, model = content_topics(world(), OPTIONS)
    poisoned, same = content_topics(world(poison), OPTIONS)
    assert same.digest == model.digest
    training = Posts.own(world()).training
    np.testing.assert_array_equal(poisoned.values[training], clean.values[training])
    assert clean.values.shape == (9, 2)
    assert clean.values.dtype == np.float32
    assert model.documents == 5


def test_test_accounts_audiences_do_not_touch_the_audience_model():
    dataset = world({"f2": "poison venom " * 50})
    shared = dataset.audiences["audience_id"] == "f2"
    dataset.audiences = dataset.audiences[
        ~shared | dataset.audiences["account_id"].isin(["bt", "it"])
    ].reset_index(drop=True)
    clean = world()
    clean.audiences = dataset.audiences
    _, model = audience_topics(clean, OPTIONS)
    _, same = audience_topics(dataset, OPTIONS)
    assert same.digest == model.digest
    assert "poison" not in same.vocabulary


def test_the_transductive_fit_sees_everything():
    poison = world({"bt": "poison venom poison venom", "it": "poison venom"})
    options = replace(OPTIONS, transductive=True)
    block, model = content_topics(poison, options)
    assert "poison" in model.vocabulary
    assert block.counts["documents_fitted"] == 9
    assert block.made["model"]["transductive"] is True


def test_a_block_says_how_it_was_made_and_what_was_missing(caplog):
    with caplog.at_level(logging.WARNING):
        block, model = content_topics(world({"it": "@nobody 🍕 123"}), OPTIONS)
    assert block.counts == {"accounts": 9, "documents_fitted": 5, "accounts_prior": 1}
    assert block.made["counts"] == block.counts
    assert block.made["model"]["weights_sha256"] == model.digest
    assert "1 of 9 accounts" in caplog.text
    json.dumps(block.made, allow_nan=False)
    audience, _ = audience_topics(world(), OPTIONS, AudienceOptions(accounts=2, seed=5))
    assert audience.made["audience"] == {"accounts": 2, "posts": 2, "seed": 5}


def test_a_given_model_is_used_and_not_fitted(model):
    block, same = content_topics(world(), TopicOptions(topics=7), model=model)
    assert same is model
    np.testing.assert_array_equal(block.values, model.transform(Posts.own(world()).documents()))


def test_the_topic_view_needs_no_network():
    model = TopicModel.fit(Documents.of(corpus()), TopicOptions(topics=4, passes=3, min_count=1))
    html = topic_view_html(model, Documents.of([*corpus(), ""]))
    sources = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", html)
    assert len(sources) == 3
    assert all(source.startswith("data:text/") for source in sources)
    assert "http:" not in html
    assert "https:" not in html
    assert "pizza" in html
    assert "NaN" not in html


def test_the_topic_view_refuses_what_it_cannot_draw(model):
    with pytest.raises(MorningError, match="at least 3 topics"):
        topic_view_html(model, Documents.of(corpus()))
    three = TopicModel.fit(Documents.of(corpus()), TopicOptions(topics=3, passes=1, min_count=1))
    with pytest.raises(MorningError, match="no document has a word"):
        topic_view_html(three, Documents.of(["", "zebra"]))


def test_coordinates_are_real_or_there_is_a_sentence():
    from morning.features.topic_view import _plane

    rng = np.random.default_rng(0)
    topics = rng.dirichlet(np.ones(6), 15)
    assert np.isrealobj(_plane(topics))
    assert _plane(topics).shape == (15, 2)
    with pytest.raises(MorningError, match="too alike"):
        _plane(np.full((4, 5), np.nan))
