"""CATR: concepts under a triplet loss."""

from __future__ import annotations

from morning.rankers.concept_net import QUICK, TINY, ConceptOptions, ConceptRanker
from morning.rankers.contract import register


@register(quick=QUICK, tiny=TINY)
class Catr(ConceptRanker):
    """Concept-based representation with a triplet loss; the paper says no more (spec 6.5)."""

    kind = "CATR"
    options_type = ConceptOptions
    note = "our interpretation: CAMERA without endorsement and influence; concepts as there"

    @property
    def paper_row(self) -> str:
        """CATR."""
        return "CATR"
