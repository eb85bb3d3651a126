"""The demo: a generated brand–influencer world in which the right ranking is known."""

from morning.sources.demo.build import DemoTruth, generate, truth
from morning.sources.demo.pictures import OBJECTS, SCENES, labelled_pictures
from morning.sources.demo.world import WEIGHTS, DemoOptions

__all__ = [
    "OBJECTS",
    "SCENES",
    "WEIGHTS",
    "DemoOptions",
    "DemoTruth",
    "generate",
    "labelled_pictures",
    "truth",
]
