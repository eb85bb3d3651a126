"""Who is ranked: the row, the tables and the sentence say the same."""

from morning.report.audit import everyone
from morning.report.headings import number
from morning.studies.audit.candidates import everyone_row
from toys.audited import assert_sound


def test_row_tables_and_text_agree(subject):
    section = everyone(subject)
    assert_sound(section)
    (row,) = section.rows
    assert row == everyone_row(subject) | {"part": "candidates"}
    before, after = subject.row, row
    printed, clean = (table.data for table in section.tables)
    assert printed.index.tolist() == ["protocol", "all influencers"]
    whole = section.tables[0].more.data
    for place, values in enumerate((before, after)):
        assert whole["R@10 ↑"].iloc[place].startswith(f"{values['recall@10']:.3f}")
        assert printed["AUC ↑"].iloc[place].startswith(number(values["auc"], "auc"))
    assert clean["AUC, clean"].dropna().tolist() == [
        values["auc_clean"] for values in (before, after) if values["auc_clean"] is not None
    ]
    assert f"With 36 instead of {len(subject.task.influencers)} candidates" in section.text
    assert f"from {before['recall@10']:.3f} to {after['recall@10']:.3f} and MAP" in section.text
    assert f"MAP from {before['map']:.3f} to {after['map']:.3f}." in section.text
    if before["auc_clean"] is None:  # one brand: its partners are all the candidates
        assert "clean AUC" not in section.text
    else:
        change = after["auc_clean"] - before["auc_clean"]
        assert section.text.endswith(f"changes by {change:+.4f}.")
