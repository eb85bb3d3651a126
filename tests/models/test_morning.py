"""The model: sizes, equations against plain NumPy, co-attention, dropout, missing blocks."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from morning.errors import MorningError
from morning.features import BLOCKS, PERSPECTIVES
from morning.learning.losses import l1_norm
from morning.models.morning import (
    CODE,
    PAPER,
    SIDES,
    CoAttention,
    ModelOptions,
    Morning,
)
from toys.vectors import small

#: Columns of the paper's own inputs (spec 1.1).
SIZES = {
    "content_visual": 1365,
    "content_topics": 22,
    "audience_visual": 1365,
    "audience_topics": 21,
    "attribute": 128,
}
NARROW = {"content_visual": 9, "content_topics": 4, "audience_visual": 9, "audience_topics": 3}
NARROW |= {"attribute": 6}
CONFIGS = {"paper": PAPER, "code": CODE}
SUBSETS = [c for n in range(1, len(BLOCKS) + 1) for c in combinations(BLOCKS, n)]


def model(config: ModelOptions = PAPER, blocks=BLOCKS, seed=0, **options) -> Morning:
    torch.manual_seed(seed)
    return Morning({b: NARROW[b] for b in blocks}, small(config, **options)).eval()


def inputs(n=5, blocks=BLOCKS, seed=1) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {b: torch.rand(n, NARROW[b], generator=generator) for b in blocks}


@pytest.fixture(scope="module")
def code():
    torch.manual_seed(0)
    return Morning(SIZES, CODE)


class TestPaperSizes:
    def test_parameters_of_the_released_code(self, code):
        assert sum(p.numel() for p in code.parameters()) == 9_890_944
        matrices = list(code.weight_matrices())
        assert len(matrices) == 18
        assert {m.ndim for m in matrices} == {2}
        assert sum(m.numel() for m in matrices) == 9_878_912

    def test_shapes_of_the_perceptrons(self, code):
        shapes = {
            block: [tuple(layer.weight.T.shape) for layer in perceptron.layers]
            for block, perceptron in code.perceptrons.items()
        }
        visual = [(1365, 1024), (1024, 1024), (1024, 1024), (1024, 512)]
        assert shapes == {
            "content_visual": visual,
            "content_topics": [(22, 128), (128, 512)],
            "audience_visual": visual,
            "audience_topics": [(21, 128), (128, 512)],
            "attribute": [(128, 1024), (1024, 512)],
        }

    def test_l1_norm_at_the_start(self, code):
        assert l1_norm(code.weight_matrices()).item() * 0.001 == pytest.approx(788, abs=1)
        uniform = Morning(SIZES, replace(CODE, initialisation="uniform"))
        assert l1_norm(uniform.weight_matrices()).item() * 0.001 == pytest.approx(494, abs=1)

    def test_the_paper_adds_projections_and_shares_co_attention(self):
        paper = Morning(SIZES, PAPER)
        # Four more 512 × 512 projections, two fewer 512 × 512 affinity matrices.
        assert len(list(paper.weight_matrices())) == 20
        assert sum(p.numel() for p in paper.parameters()) == 9_890_944 + 2 * (512 * 512 + 512)


class TestInitialisation:
    def test_uniform(self):
        net = Morning(SIZES, small(PAPER))
        everything = torch.cat([p.detach().flatten() for p in net.parameters()])
        assert float(everything.abs().max()) <= 0.1
        assert float(everything.std()) == pytest.approx(0.2 / np.sqrt(12), rel=0.02)
        assert len(everything.unique()) > 0.9 * len(everything)

    def test_normal_with_wide_biases_of_the_co_attention(self):
        wide = dict.fromkeys(BLOCKS, (64, 512))
        parameters = dict(Morning(NARROW, replace(CODE, layers=wide)).named_parameters())
        biases = {n for n in parameters if n.startswith("attention") and n.endswith("bias")}
        assert len(biases) == 4
        of_bias = torch.cat([parameters[n] for n in biases])
        rest = torch.cat([p.flatten() for n, p in parameters.items() if n not in biases])
        assert of_bias.std().item() == pytest.approx(1, rel=0.05)
        assert rest.std().item() == pytest.approx(0.1, rel=0.01)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def reference(model: Morning, x: dict[str, np.ndarray], side: str) -> dict[str, np.ndarray]:
    """Spec 1.2 (or the paper's equations) in NumPy, from the parameters alone."""
    p = {n: v.detach().double().numpy() for n, v in model.named_parameters()}
    paper = model.options.projections

    def linear(name, x):
        return x @ p[f"{name}.weight"].T + p[f"{name}.bias"]

    def modality(block):
        e = x[block].astype(float)
        last = len(model.perceptrons[block].layers) - 1
        for i in range(last + 1):
            e = linear(f"perceptrons.{block}.layers.{i}", e)
            if i < last:
                e = np.where(e > 0, e, 0.01 * e)
        return linear(f"projections.{block}", e) if paper and block != "attribute" else e

    e_c = modality("content_topics") * modality("content_visual")
    e_u = modality("audience_topics") * modality("audience_visual")
    attention = "attention.shared" if paper else f"attention.{side}"
    a = sigmoid(linear(f"{attention}.content", e_c)) * sigmoid(linear(f"{attention}.audience", e_u))

    def weights(e):
        z = np.exp(a * (e if paper else sigmoid(e)))
        return e.shape[1] * z / z.sum(axis=1, keepdims=True)

    return {
        "content": weights(e_c) * e_c,
        "audience": weights(e_u) * e_u,
        "attribute": modality("attribute"),
    }


class TestEquations:
    @pytest.mark.parametrize("side", ["brand", "influencer"])
    @pytest.mark.parametrize("config", CONFIGS)
    def test_embeddings_equal_those_of_plain_numpy(self, config, side):
        net, x = model(CONFIGS[config]), inputs()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.mul_(4)  # far enough from zero that every non-linearity shows
        found = net.encode(x, side)
        expected = reference(net, {b: v.numpy() for b, v in x.items()}, side)
        assert list(found) == list(PERSPECTIVES)
        for perspective, e in found.items():
            assert e.detach().numpy() == pytest.approx(expected[perspective], rel=1e-4, abs=1e-5)

    @pytest.mark.parametrize("config", CONFIGS)
    def test_scores_by_pair_and_by_matrix_agree(self, config):
        net, brands, influencers = model(CONFIGS[config]), inputs(4, seed=1), inputs(6, seed=2)
        matrix = net(brands, influencers)
        assert {p: tuple(m.shape) for p, m in matrix.items()} == dict.fromkeys(PERSPECTIVES, (4, 6))
        # Every influencer as a candidate of every brand: (6, 4, size).
        candidates = {b: x[:, None].expand(-1, 4, -1) for b, x in influencers.items()}
        pairs = net(brands, candidates)
        for p in matrix:
            assert torch.allclose(matrix[p].T, pairs[p], rtol=0, atol=1e-4)
        assert torch.allclose(matrix.total.T, pairs.total, rtol=0, atol=1e-4)
        assert torch.allclose(matrix.total, sum(matrix.values()), rtol=0, atol=1e-4)

    @pytest.mark.parametrize("config", CONFIGS)
    def test_scores_are_products_of_the_embeddings_of_plain_numpy(self, config):
        net, x, y = model(CONFIGS[config]), inputs(4, seed=1), inputs(6, seed=2)
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.mul_(4)
        brand, influencer = (
            reference(net, {b: v.numpy() for b, v in blocks.items()}, side)
            for blocks, side in zip((x, y), SIDES, strict=True)
        )
        scores = net(x, y)
        for p, found in scores.items():
            expected = brand[p] @ influencer[p].T
            assert found.detach().numpy() == pytest.approx(expected, rel=1e-3, abs=1e-3)

    @pytest.mark.parametrize("config", CONFIGS)
    def test_an_account_is_encoded_alike_alone_and_among_others(self, config):
        net, x = model(CONFIGS[config]), inputs(6)
        together = net.encode(x, "influencer")
        alone = net.encode({b: v[3:4] for b, v in x.items()}, "influencer")
        for p in together:
            assert torch.allclose(together[p][3:4], alone[p], atol=1e-6)

    def test_only_unshared_co_attention_tells_the_sides_apart(self):
        x = inputs()
        for config, alike in ((PAPER, True), (CODE, False)):
            brand, influencer = (model(config).encode(x, side) for side in ("brand", "influencer"))
            assert torch.equal(brand["content"], influencer["content"]) == alike
            assert torch.equal(brand["audience"], influencer["audience"]) == alike
            assert torch.equal(brand["attribute"], influencer["attribute"])


class TestCoAttention:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 10_000), st.booleans(), st.sampled_from([0.01, 1.0, 30.0]))
    def test_weights_average_one_in_every_account(self, seed, inside, scale):
        torch.manual_seed(seed)
        attention = CoAttention(16, sigmoid_in_softmax=inside)
        w_c, w_u = attention.weights(torch.randn(5, 16) * scale, torch.randn(5, 16) * scale)
        for w in (w_c, w_u):
            assert torch.allclose(w.mean(dim=1), torch.ones(5), atol=1e-5)
            assert (w >= 0).all()

    @pytest.mark.parametrize("inside", [False, True])
    def test_without_affinity_every_weight_is_one(self, inside):
        attention = CoAttention(8, sigmoid_in_softmax=inside)
        with torch.no_grad():
            for layer in (attention.content, attention.audience):
                layer.weight.zero_()
                layer.bias.fill_(-torch.inf)
        e_c, e_u = torch.randn(4, 8), torch.randn(4, 8)
        for w in attention.weights(e_c, e_u):
            assert torch.equal(w, torch.ones(4, 8))
        for before, after in zip((e_c, e_u), attention(e_c, e_u), strict=True):
            assert torch.equal(before, after)

    def test_full_affinity_is_a_softmax_of_the_embedding(self):
        attention = CoAttention(8, sigmoid_in_softmax=False)
        with torch.no_grad():
            for layer in (attention.content, attention.audience):
                layer.weight.zero_()
                layer.bias.fill_(torch.inf)
        e_c, e_u = torch.randn(4, 8), torch.randn(4, 8)
        w_c, w_u = attention.weights(e_c, e_u)
        assert torch.allclose(w_c, torch.softmax(e_c, 1) * 8)
        assert torch.allclose(w_u, torch.softmax(e_u, 1) * 8)

    @pytest.mark.parametrize(
        ("perspectives", "expected"),
        [
            (("content",), 0),
            (("content", "attribute"), 0),
            (("audience", "attribute"), 0),
            (("content", "audience"), 2),
            (tuple(PERSPECTIVES), 2),
        ],
    )
    def test_is_built_where_content_meets_audience(self, perspectives, expected):
        net = model(CODE, perspectives=perspectives)
        assert len(net.attention) == expected
        assert len(model(CODE, perspectives=perspectives, co_attention=False).attention) == 0

    def test_switched_off_leaves_the_embeddings_alone(self):
        net, x = model(CODE, co_attention=False), inputs()
        before, after = net.represent(x, net.first_matrices()), net.encode(x, "brand")
        assert all(torch.equal(before[p], after[p]) for p in before)


class TestDropout:
    def test_weight_masks_are_the_same_on_both_sides_of_a_step(self):
        net, x = model(CODE, dropout_rate=0.5).train(), inputs()
        first = net.first_matrices()
        brand, influencer = net.represent(x, first), net.represent(x, first)
        assert all(torch.equal(brand[p], influencer[p]) for p in brand)
        later = net.represent(x, net.first_matrices())
        assert not torch.equal(later["content"], brand["content"])
        assert not torch.equal(later["audience"], brand["audience"])
        assert torch.equal(later["attribute"], brand["attribute"])  # beta has no dropout

    def test_dropped_weights_are_zero_and_the_others_scaled(self):
        net = model(CODE, dropout_rate=0.25).train()
        for block, used in net.first_matrices().items():
            weight = net.perceptrons[block].layers[0].weight
            if block == "attribute":
                assert torch.equal(used, weight)
                continue
            kept = used != 0
            assert 0.1 < 1 - kept.float().mean() < 0.4
            assert torch.allclose(used[kept], weight[kept] / 0.75)

    def test_activations_are_dropped_independently_in_the_paper(self):
        net, x = model(PAPER, dropout_rate=0.5).train(), inputs()
        matrices = net.first_matrices()
        first, second = net.represent(x, matrices), net.represent(x, matrices)
        assert all(not torch.equal(first[p], second[p]) for p in first)

    @pytest.mark.parametrize("config", CONFIGS)
    def test_there_is_none_in_evaluation(self, config):
        net, x = model(CONFIGS[config], dropout_rate=0.9), inputs()
        net.train()(x, x)  # leaves nothing behind
        net.eval()
        plain = {b: p.layers[0].weight for b, p in net.perceptrons.items()}
        expected = net.attend(net.represent(x, plain), "brand")
        assert all(torch.equal(expected[p], e) for p, e in net.encode(x, "brand").items())

    @pytest.mark.parametrize("aligned", [True, False])
    def test_one_draw_of_weights_serves_both_sides_of_a_call(self, aligned):
        """With shared co-attention an account scores with itself as the square of its norm."""
        options = {"dropout_rate": 0.5, "shared_attention": True}
        net, x = model(CODE, **options).train(), inputs()
        scores = net(x, {b: v[None] for b, v in x.items()} if aligned else x)
        for s in scores.values():
            assert ((s[0] if aligned else s.diagonal()) >= 0).all()
        torch.manual_seed(3)
        again = net(x, x)
        torch.manual_seed(3)
        e = net.encode(x, "brand")
        assert torch.allclose(again["content"], e["content"] @ e["content"].T, atol=1e-6)

    @pytest.mark.parametrize("config", CONFIGS)
    def test_gradients_reach_every_parameter(self, config):
        net = model(CONFIGS[config]).train()
        candidates = {b: x[None] for b, x in inputs(seed=1).items()}
        net(inputs(seed=0), candidates).total.sum().backward()
        for name, parameter in net.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.abs().sum() > 0, name


class TestMissingBlocks:
    @pytest.mark.parametrize("config", CONFIGS)
    @pytest.mark.parametrize("blocks", SUBSETS, ids=",".join)
    def test_any_subset_builds_and_scores(self, blocks, config):
        net = model(CONFIGS[config], blocks)
        present = [p for p, names in PERSPECTIVES.items() if set(names) & set(blocks)]
        scores = net(inputs(3, blocks), inputs(4, blocks, seed=2))
        assert list(scores) == present
        assert torch.equal(scores.total, torch.stack([*scores.values()]).sum(0))
        assert torch.isfinite(scores.total).all()
        assert net.input_sizes == {b: NARROW[b] for b in blocks}
        assert bool(net.attention) == ({"content", "audience"} <= set(present))

    @pytest.mark.parametrize("config", CONFIGS)
    @pytest.mark.parametrize("perspective", ["content", "audience"])
    def test_a_missing_modality_leaves_the_other_factor(self, perspective, config):
        both, x = model(CONFIGS[config]), inputs()
        for kept in PERSPECTIVES[perspective]:
            one = model(CONFIGS[config], [kept], seed=7)
            one.load_state_dict(
                {n: v for n, v in both.state_dict().items() if f".{kept}." in n}, strict=True
            )
            expected = both.modality(kept, x[kept], both.first_matrices()[kept])
            found = one.represent({kept: x[kept]}, one.first_matrices())
            assert torch.equal(found[perspective], expected)

    def test_both_modalities_multiply(self):
        net, x = model(), inputs()
        first = net.first_matrices()
        for perspective in ("content", "audience"):
            a, b = (net.modality(n, x[n], first[n]) for n in PERSPECTIVES[perspective])
            assert torch.equal(net.represent(x, first)[perspective], a * b)

    def test_only_what_is_in_use_is_built(self):
        net = model(perspectives=("content",))
        assert set(net.input_sizes) == set(PERSPECTIVES["content"])
        assert all("audience" not in n and "attribute" not in n for n, _ in net.named_parameters())

    def test_no_block_for_any_perspective(self):
        with pytest.raises(MorningError, match=r"audience.*no block for it, only attribute"):
            model(blocks=["attribute"], perspectives=("audience",))


class TestConfig:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"perspectives": ("style",)}, "unknown perspective: style"),
            ({"perspectives": ()}, "at least one perspective"),
            ({"initialisation": "zeros"}, "unknown initialisation 'zeros'"),
            ({"dropout": "inputs"}, "unknown dropout 'inputs'"),
            ({"dropout_rate": 1.0}, r"dropout_rate must be in \[0, 1\), not 1.0"),
            ({"dropout_rate": -0.1}, "dropout_rate must be in"),
            ({"layers": {"attribute": (4, 8), "content_topics": (8, 4)}}, "the same width"),
        ],
    )
    def test_refused(self, options, message):
        with pytest.raises(MorningError, match=message):
            ModelOptions(**options)

    def test_embedding_size(self):
        assert PAPER.embedding_size == 512
        assert small().embedding_size == 16
