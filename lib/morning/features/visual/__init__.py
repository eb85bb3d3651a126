"""Objects and scenes in pictures, and the visual blocks made of them (eq 4-6 and 11)."""

from morning.features.visual.blocks import audience_visual, content_visual
from morning.features.visual.encode import Encoded, VisualOptions, encode
from morning.features.visual.pretrained import imagenet_resnet, places365_resnet
from morning.features.visual.recogniser import Recogniser
from morning.features.visual.small import (
    SmallOptions,
    accuracy,
    load_small,
    save_small,
    train_small,
)
from morning.features.visual.upernet import upernet_scenes

__all__ = [
    "Encoded",
    "Recogniser",
    "SmallOptions",
    "VisualOptions",
    "accuracy",
    "audience_visual",
    "content_visual",
    "encode",
    "imagenet_resnet",
    "load_small",
    "places365_resnet",
    "save_small",
    "train_small",
    "upernet_scenes",
]
