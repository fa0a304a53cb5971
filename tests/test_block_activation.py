"""Categories of a row are drawn, numbers left as they are, gradients go through both."""

from __future__ import annotations

import io
from copy import deepcopy

import pytest
import torch
from torch.nn.functional import one_hot

from synthgen import Block, DataSpec
from synthgen.block_activation import BlockActivation


def row(*sizes, gates=()):
    """A spec of categories of these sizes, and of a number for each 0; `gates` by the number of the block."""
    blocks = tuple(
        Block(name=str(i), kind="category", size=size)
        if size
        else Block(name=str(i), kind="number", gate=dict(gates).get(i))
        for i, size in enumerate(sizes)
    )
    return DataSpec(shape=(sum(size or 1 for size in sizes),), blocks=blocks)


def spans(*sizes):
    start = 0
    for size in sizes:
        if size:
            yield slice(start, start + size)
        start += size or 1


def drawn(spec, raw, seed=0, temperature=1.0):
    torch.manual_seed(seed)
    return spec.activation(temperature)(raw)


def test_each_category_is_exactly_one_hot_and_numbers_are_as_they_were():
    sizes = (3, 0, 1, 2, 0, 40)
    raw = 3 * torch.randn(500, 48, generator=torch.Generator().manual_seed(0))
    for context in (torch.enable_grad(), torch.no_grad()):
        with context:
            x = drawn(row(*sizes), raw.clone().requires_grad_()).detach()
        for span in spans(*sizes):
            assert torch.allclose(x[:, span].sum(1), torch.ones(500))
            assert torch.allclose(x[:, span].amax(1), torch.ones(500))
        assert torch.equal(x[:, [3, 7]], raw[:, [3, 7]])


def test_without_gradients_the_same_draws_are_made_and_are_ones_and_zeros():
    raw = torch.randn(300, 8, generator=torch.Generator().manual_seed(0))
    spec = row(5, 3)
    learning = drawn(spec, raw.clone().requires_grad_())
    with torch.no_grad():
        plain = drawn(spec, raw)
    assert set(plain.unique().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(learning.detach(), plain, atol=1e-6, rtol=0)
    assert not torch.equal(plain, raw.softmax(1).round())


@pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
def test_draws_have_the_frequencies_of_the_softmax_whatever_the_temperature(temperature):
    n = 40_000
    logits = torch.tensor([0.0, 1.0, -1.0, 2.0, 0.5, 0.5, -3.0])
    expected = torch.cat([logits[:4].softmax(0), logits[4:].softmax(0)])
    with torch.no_grad():
        x = drawn(row(4, 3), logits.expand(n, 7), temperature=temperature)
    chi_square = ((x.sum(0) - n * expected).square() / (n * expected)).sum()
    assert chi_square < 20.5  # 5 degrees of freedom, one chance in a thousand


def test_categories_of_a_row_are_drawn_independently():
    with torch.no_grad():
        x = drawn(row(2, 2), torch.zeros(10_000, 4))
    assert (x[:, 0] * x[:, 2]).mean() == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_gradients_are_those_of_the_soft_draw_with_the_same_noise(temperature):
    raw = torch.randn(6, 5, generator=torch.Generator().manual_seed(1))
    weight = torch.randn(6, 5, generator=torch.Generator().manual_seed(2))
    ours = raw.clone().requires_grad_()
    (drawn(row(3, 2), ours, 7, temperature) * weight).sum().backward()

    torch.manual_seed(7)
    noise = -(-torch.rand_like(raw).log()).log()
    soft = raw.clone().requires_grad_()
    parts = [((soft + noise)[:, span] / temperature).softmax(1) for span in spans(3, 2)]
    (torch.cat(parts, 1) * weight).sum().backward()
    torch.testing.assert_close(ours.grad, soft.grad)
    assert ours.grad.abs().min() > 0


def test_gradients_can_be_taken_twice():
    raw = torch.randn(4, 5, generator=torch.Generator().manual_seed(1)).requires_grad_()
    (gradient,) = torch.autograd.grad(drawn(row(3, 0, 1), raw).square().sum(), raw, create_graph=True)
    (second,) = torch.autograd.grad(gradient.square().sum(), raw)
    assert second.isfinite().all()
    assert second[:, :3].abs().sum() > 0


def test_a_gate_decides_whether_its_number_counts():
    spec = row(3, 0, 0, gates={1: 2})
    raw = torch.randn(200, 5, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        x = drawn(spec, raw)
    is_open = x[:, 2] == 1
    assert 0 < is_open.sum() < 200
    assert torch.equal(x[is_open, 3], raw[is_open, 3])
    assert not x[~is_open, 3].any()
    assert torch.equal(x[:, 4], raw[:, 4])


def test_a_gated_number_learns_where_its_gate_is_open_and_its_gate_learns_from_it():
    spec = row(2, 0, gates={1: 1})
    raw = torch.randn(100, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()
    x = drawn(spec, raw)
    x[:, 2].sum().backward()
    torch.testing.assert_close(raw.grad[:, 2], x[:, 1].detach())
    assert (raw.grad[:, 1] * raw[:, 2] > 0).all()  # more of a positive number: open the gate
    torch.testing.assert_close(raw.grad[:, 0], -raw.grad[:, 1])


@pytest.mark.parametrize("sizes", [(0, 0, 0), (2, 3), (0, 4, 0), (1000,), (1, 0, 1)])
def test_rows_of_any_make_up_go_through(sizes):
    spec = row(*sizes)
    raw = torch.randn(5, spec.numel, generator=torch.Generator().manual_seed(0)).requires_grad_()
    x = drawn(spec, raw)
    assert x.shape == raw.shape
    for span in spans(*sizes):
        assert torch.allclose(x[:, span].sum(1), torch.ones(5))
    x.square().sum().backward()
    assert raw.grad.isfinite().all()


def test_numbers_alone_are_left_alone():
    raw = torch.randn(5, 3)
    assert torch.equal(drawn(row(0, 0, 0), raw), raw)


def test_draws_are_the_same_for_the_same_seed_only_and_in_evaluation_too():
    activation, raw = row(30).activation().eval(), torch.zeros(50, 30)

    def draw(seed):
        torch.manual_seed(seed)
        with torch.no_grad():
            return activation(raw)

    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))


def test_values_that_tie_are_harmless(monkeypatch):
    monkeypatch.setattr(torch, "rand_like", lambda x: torch.full_like(x, 0.5))
    raw = torch.zeros(2, 5, requires_grad=True)
    x = row(4, 0, gates={1: 3}).activation()(raw)
    assert x[:, :4].tolist() == [[1.0] * 4] * 2
    x.sum().backward()
    assert raw.grad.isfinite().all()


@pytest.mark.parametrize("extreme", [1e4, 1e30, 3e38])
def test_huge_logits_are_drawn_for_certain_and_leave_gradients_finite(extreme):
    raw = torch.tensor([[0.0, extreme, -extreme]] * 20).requires_grad_()
    x = drawn(row(3), raw)
    assert x.tolist() == [[0.0, 1.0, 0.0]] * 20
    x.square().sum().backward()
    assert raw.grad.isfinite().all()


def test_a_value_with_no_chance_is_never_drawn():
    with torch.no_grad():
        x = drawn(row(3), torch.tensor([[0.0, -torch.inf, 0.0]] * 200))
    assert not x[:, 1].any()
    assert x.sum() == 200


@pytest.mark.parametrize("grad", [True, False])
def test_what_is_not_a_number_stays_so_and_is_not_taken_for_a_draw(grad):
    raw = torch.tensor([[0.0, torch.nan, 1.0, 2.0]])
    with torch.set_grad_enabled(grad):
        x = drawn(row(3, 0), raw)
    assert x[0, :3].isnan().all()
    assert x[0, 3] == 2


def test_half_precision_is_drawn_in_full():
    raw = torch.randn(50, 6, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        x = drawn(row(5, 0), raw.bfloat16())
        same = drawn(row(5, 0), raw.bfloat16().float())
    assert x.dtype == torch.float32
    assert torch.equal(x, same)


def test_it_is_copied_and_pickled_and_saves_its_calibration_alone():
    activation = row(3, 0, 2, gates={1: 4}).activation(0.7)
    assert all(name.startswith("calibration.") for name in activation.state_dict())
    file = io.BytesIO()
    torch.save(activation, file)
    file.seek(0)
    raw = torch.randn(9, 6, generator=torch.Generator().manual_seed(0))
    for copy in (deepcopy(activation), torch.load(file, weights_only=False)):
        assert isinstance(copy, BlockActivation)
        assert copy.temperature == 0.7
        torch.manual_seed(3)
        expected = activation(raw)
        torch.manual_seed(3)
        assert torch.equal(copy(raw), expected)


def test_draws_are_one_hots_of_the_largest_perturbed_logit():
    raw = torch.randn(40, 6, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        x = drawn(row(6), raw, seed=4)
    torch.manual_seed(4)
    perturbed = raw - (-torch.rand_like(raw).log()).log()
    assert torch.equal(x, one_hot(perturbed.argmax(1), 6).float())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_draws_on_a_gpu_are_one_hot_too_and_never_wait_for_it():
    activation = row(3, 0, 200).activation().to("cuda")
    raw = torch.randn(100, 204, device="cuda", requires_grad=True)
    activation(raw)
    torch.cuda.set_sync_debug_mode("error")
    try:
        x = activation(raw)
        x.square().sum().backward()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert torch.allclose(x[:, :3].sum(1), torch.ones(100, device="cuda"))
    assert raw.grad.isfinite().all()
