"""The page on speed: what was measured, in words, lines and a figure."""

from morning_book.speed import BENCHMARKS, accelerator, figures, growth_figure, machine, speed_parts

ROW = {
    "name": "a thing",
    "reference": "another",
    "seconds": 0.01234,
    "reference_seconds": 0.05,
    "ratio": 0.25,
    "quartiles": [0.2, 0.3],
    "limit": 0.125,
    "rounds": 9,
    "goal": 0.2,
    "goal_s": 1.0,
    "met": False,
}


def test_a_line_says_what_was_measured_and_whether_it_is_enough():
    assert figures([ROW]) == (
        "| a thing | 0.0123 | another | 0.250 (0.200 to 0.300) | 0.125 | 0.20, 1 s | **not met** |"
    )


def test_what_was_not_asked_for_is_empty():
    bare = ROW | {"limit": None, "goal": None, "goal_s": None, "met": None, "rounds": 1}
    assert figures([bare]) == "| a thing | 0.0123 | another | 0.250 |  |  |  |"


def test_an_accelerator_is_named_or_said_to_be_missing():
    assert "None-such 9" in accelerator({"accelerator": "None-such 9"})
    assert accelerator({"accelerator": None}).startswith("No accelerator")


def test_growth_has_a_line_per_stage_on_logarithmic_axes():
    points = [
        {"stage": stage, "accounts": n, "seconds": n / 100, "peak_mb": 10.0}
        for stage in ("fit", "rank")
        for n in (100, 1000)
    ]
    picture = growth_figure(points)
    for axes in picture.axes:
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        assert [line.get_label() for line in axes.lines] == ["fit", "rank"]
    assert picture.axes[0].lines[0].get_ydata().tolist() == [1, 10]


def test_the_committed_results_fill_the_page(tmp_path):
    assert BENCHMARKS.is_file()
    parts = speed_parts(tmp_path / "speed.md")
    assert (tmp_path / "growth.svg").stat().st_size > 1000
    assert parts["figures"].count("\n") >= 5
    assert "cores" in parts["machine"]
    assert machine({"cores": 2, "processor": "P", "python": "3", "torch": "2", "date": "d"}) == (
        "2 cores (P), Python 3, torch 2, d"
    )
