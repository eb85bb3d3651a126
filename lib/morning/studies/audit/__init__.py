"""What the benchmark measures: its overlap, its comparisons, its ties, and what it rewards."""

from morning.studies.audit.arithmetic import (
    comparisons,
    quantise,
    quantised,
    recall_ceiling,
    tied_share,
)
from morning.studies.audit.controls import CONTROLS, controls, position
from morning.studies.audit.graph_reading import lost_in_reading, recovered_weight
from morning.studies.audit.overlap import (
    overlap_rows,
    partners_by_training,
    seen_in_training,
    statistics_of,
    wins,
    without_candidates,
)
from morning.studies.audit.selection import WatchTask, selection, watch_seeds
from morning.studies.audit.sensitivity import AS_GIVEN, sensitivity, variants

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
