"""What the benchmark measures: its overlap, its comparisons, its ties, and what it rewards."""

from morning.models.audit.comparisons import (
    comparisons,
    quantise,
    quantised,
    recall_ceiling,
    tied_share,
)
from morning.models.audit.controls import CONTROLS, controls, position
from morning.models.audit.overlap import (
    overlap_rows,
    partners_by_training,
    seen_in_training,
    statistics_of,
    wins,
    without_candidates,
)
from morning.models.audit.reading import lost_in_reading, recovered_weight
from morning.models.audit.selection import WatchTask, selection, watch_seeds
from morning.models.audit.sensitivity import AS_GIVEN, sensitivity, variants

__all__ = [
    "AS_GIVEN",
    "CONTROLS",
    "WatchTask",
    "comparisons",
    "controls",
    "lost_in_reading",
    "overlap_rows",
    "partners_by_training",
    "position",
    "quantise",
    "quantised",
    "recall_ceiling",
    "recovered_weight",
    "seen_in_training",
    "selection",
    "sensitivity",
    "statistics_of",
    "tied_share",
    "variants",
    "watch_seeds",
    "wins",
    "without_candidates",
]
