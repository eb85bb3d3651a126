"""The demo: a generated brand–influencer world in which the right ranking is known."""

from morning.sources.demo.build import DemoTruth, generate, truth
from morning.sources.demo.pictures import OBJECTS, SCENES, labelled_pictures
from morning.sources.demo.vocabulary import keyword_attributes
from morning.sources.demo.world import WEIGHTS, DemoConfig

__all__ = [
    "OBJECTS",
    "SCENES",
    "WEIGHTS",
    "DemoConfig",
    "DemoTruth",
    "generate",
    "keyword_attributes",
    "labelled_pictures",
    "truth",
]
