"""Files that nobody has vouched for: one door, bounds before memory, a sentence where refused."""

from morning.guard.damage import DAMAGED, REFUSED, readable, reason
from morning.guard.door import closed, content, inside, is_there, require

__all__ = [
    "DAMAGED",
    "REFUSED",
    "closed",
    "content",
    "inside",
    "is_there",
    "readable",
    "reason",
    "require",
]
