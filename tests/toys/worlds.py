"""What tests of generated worlds share."""

from pathlib import Path

from morning.files import read_json
from morning.sources import demo

SMALL = {"brands": 6, "influencers": 15, "posts": 2, "audience": 2, "audience_posts": 1}


SEEDS = range(4)


def keyword_attributes():
    """Every keyword of the demo's biographies with the attribute that it stands for."""
    raw = read_json(Path(demo.__file__).with_name("vocabulary.json"))
    lists = [topic["interests"] for topic in raw["topics"].values()]
    lists += [*raw["styles"].values(), *raw["personas"].values()]
    return {word: name for each in lists for name, text in each.items() for word in text.split()}
