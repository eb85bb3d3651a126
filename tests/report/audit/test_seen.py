"""What is audited, and the partners that training has seen."""

import pytest
from morning.report.audit import beaten, subject_size, unseen
from morning.studies.audit.seen import beaten_by_training, seen_rows
from toys.audited import assert_sound


def test_the_size_of_the_subject(subjects):
    assert subject_size(subjects["shared"]) == (
        "8 test brands rank 12 candidates; 24 pairs are partners. MORNING is the mean of 2 seeds, "
        "trained on content_topics, attribute."
    )


def test_rows_and_table_without_seen_partners(subject):
    section = unseen(subject)
    assert_sound(section)
    assert section.rows == [row | {"part": "overlap"} for row in seen_rows(subject)]
    printed = section.tables[0].data
    assert printed.index.tolist() == [r["method"] for r in section.rows]
    for text, row in zip(printed["MAP ↑"], section.rows, strict=True):
        assert text.startswith(f"{row['map']:.3f}")


def test_who_is_beaten(subject):
    section = beaten(subject, unseen(subject))
    assert_sound(section)
    found = beaten_by_training(subject).table
    assert section.findings["partners_by_training"] == found.to_dict("index")
    assert section.tables[0].data.equals(found)


def test_what_leaving_out_the_seen_changes(subjects):
    without = unseen(subjects["shared"])
    section = beaten(subjects["shared"], without)
    every, some = without.rows[:2]
    ahead = some["difference"]["auc"]
    seen = beaten_by_training(subjects["shared"])
    assert ahead["ci95"] is None  # eight brands allow none
    assert f"changes AUC by {some['auc'] - every['auc']:+.4f}. " in section.text
    for name, added in seen.added.items():
        share, alike = (seen.table.loc[name] - seen.table.loc["unseen"])[
            ["share beaten", "by similarity"]
        ]
        assert added.value == pytest.approx(share - alike)
        assert f"Partners *{name}* beat {share:+.3f} more than unseen ones" in section.text
        assert f"is the difference, {added.value:+.3f}." in section.text
    assert section.tables[1].data.index.tolist() == ["unseen partners", "unseen candidates"]


def test_nobody_was_seen(subjects):
    section = beaten(subjects["unseen"], unseen(subjects["unseen"]))
    assert section.text == "No candidate is a partner of training brands, or every one is."
    assert len(section.tables) == 1
