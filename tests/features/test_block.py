"""The registry of blocks."""

from morning.features.block import BLOCKS, KINDS, PERSPECTIVES


def test_every_block_belongs_to_one_perspective():
    assert [block for blocks in PERSPECTIVES.values() for block in blocks] == list(BLOCKS)
    for name, kind in KINDS.items():
        assert name == kind.name
        assert name in PERSPECTIVES[kind.perspective]


def test_what_the_paper_says_of_them():
    assert [kind.paper_size for kind in KINDS.values()] == [1365, 22, 1365, 21, 128]
    assert [name for name in KINDS if not KINDS[name].fused] == ["attribute"]
    assert [n for n in KINDS if KINDS[n].distribution] == ["content_topics", "audience_topics"]
