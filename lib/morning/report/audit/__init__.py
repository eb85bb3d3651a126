"""The sections of the audit: what `morning.studies.audit` finds, as tables, figures and text."""

from morning.report.audit.candidates import everyone
from morning.report.audit.controls import category, chance, printed_chance
from morning.report.audit.graph_reading import lost_weight, recovered_weight
from morning.report.audit.label_posts import labelled
from morning.report.audit.metrics import comparisons, recall_ceiling, recombination, ties
from morning.report.audit.seen import beaten, subject_size, unseen
from morning.report.audit.training import selection, sensitivity

__all__ = [
    "beaten",
    "category",
    "chance",
    "comparisons",
    "everyone",
    "labelled",
    "lost_weight",
    "printed_chance",
    "recall_ceiling",
    "recombination",
    "recovered_weight",
    "selection",
    "sensitivity",
    "subject_size",
    "ties",
    "unseen",
]
