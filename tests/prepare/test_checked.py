"""What `morning check` says: by cause, for people and machines, whole in a file."""

import csv
import json

from morning.prepare.checked import as_dict, checked, findings_file
from morning.sources.sample import write_sample


def spoiled(folder):
    write_sample(folder)
    with open(folder / "posts.csv", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    for row in rows:
        row[header.index("likes")] = "12.000"
    with open(folder / "posts.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return len(rows)


def test_the_sample_will_finish(tmp_path):
    write_sample(tmp_path / "sample")
    report, view = checked(tmp_path / "sample")
    assert report.ok
    assert view.brands["test"] > 0
    assert as_dict(report, view)["run"]["blocks"]
    json.dumps(as_dict(report, view), allow_nan=False)


def test_one_mistake_is_one_line_and_every_row_is_in_the_file(tmp_path):
    n = spoiled(tmp_path / "mine")
    report, view = checked(tmp_path / "mine")
    (error,) = report.errors
    assert view is None
    assert error.count == n
    assert "12.000 is 12000 or 12" in str(error)
    document = as_dict(report, None)["errors"][0]
    assert document["count"] == len(document["rows"]) == n
    path = findings_file(report, tmp_path / "mine", tmp_path)
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["kind"] == "error" for row in rows) == n
    assert rows[0]["row"] == "2"


def test_the_file_is_never_written_into_the_data(tmp_path):
    spoiled(tmp_path / "mine")
    report, _ = checked(tmp_path / "mine")
    path = findings_file(report, tmp_path / "mine", tmp_path / "mine")
    assert path.parent == tmp_path


def test_short_lists_need_no_file(tmp_path):
    write_sample(tmp_path / "sample")
    report, _ = checked(tmp_path / "sample")
    assert findings_file(report, tmp_path / "sample", tmp_path) is None


def test_no_folder(tmp_path):
    report, view = checked(tmp_path / "nowhere")
    assert view is None
    assert "is not a folder" in str(report.errors[0])
