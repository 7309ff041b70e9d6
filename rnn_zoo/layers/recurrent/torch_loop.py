"""torch_loop: a recurrence in one direction by PyTorch's own operators, which are cuDNN's on a GPU."""

from collections.abc import Sequence

from keras import ops

from rnn_zoo.types import Tensor

# PyTorch's order of the parts of a weight matrix, as places in the order of Keras.
_GATES = {"tanh": (0,), "relu": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}


def torch_loop(
    kind: str,
    inputs: Tensor,
    mask: Tensor | None,
    initial: Sequence[Tensor],
    weights: Sequence[Tensor | None],
    *,
    reverse: bool = False,
) -> tuple[Tensor, list[Tensor]]:
    """Runs a cell as its Keras layer does, in one operation over all steps; PyTorch only.

    The operators take padding on the right only. Under any other mask the valid steps of a row are moved together to
    its start, and what the operator returns is moved back: masked steps change no state, so nothing else changes. On a
    GPU cuDNN has first derivatives only.

    Args:
        kind: "tanh" or "relu" (the vanilla cell), "lstm" or "gru" (with `reset_after=True`).
        inputs: <float>[batch, time, features].
        mask: <bool>[batch, time], states do not change where it is False; None: all valid.
        initial: list of <float>[batch, units], initial states: h, for "lstm" h and c.
        weights: (kernel, recurrent_kernel, bias or None) of the Keras layer.
        reverse: whether to run from the last step to the first.

    Returns:
        (outputs, states): <float>[batch, time, units] in the order of time for either direction, whatever at masked
        steps; and the last states, like `initial`.
    """
    import torch

    parameters = _parameters(torch, kind, weights, inputs.dtype)
    options = (len(parameters) == 4, 1, 0.0, torch.is_grad_enabled(), False)  # biases, layers, dropout, training, both
    operator = getattr(torch._VF, kind if kind in ("lstm", "gru") else f"rnn_{kind}")
    states = [state.to(inputs.dtype)[None] for state in initial]
    if 0 in inputs.shape[:2]:  # the operators take no batch without rows or steps
        return inputs.new_zeros((*inputs.shape[:2], states[0].shape[-1])), [part[0] for part in states]
    state = tuple(states) if kind == "lstm" else states[0]
    if mask is None:
        steps = inputs.flip(1) if reverse else inputs
        outputs, *last = operator(steps, state, parameters, *options, True)
        return outputs.flip(1) if reverse else outputs, [part[0] for part in last]

    mask = mask.bool()
    order = _order(torch, mask, reverse)
    lengths = mask.sum(1)
    steps = torch.take_along_dim(inputs, order[..., None], dim=1)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        steps, lengths.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False
    )
    state = _rows(state, packed.sorted_indices)
    outputs, *last = operator(packed.data, packed.batch_sizes, state, parameters, *options)
    outputs, _ = torch.nn.utils.rnn.pad_packed_sequence(
        packed._replace(data=outputs), batch_first=True, total_length=inputs.shape[1]
    )
    outputs = torch.take_along_dim(outputs, order.argsort(1)[..., None], dim=1)
    last = _rows(last, packed.unsorted_indices)
    # An empty row ran for one step, since the operators take no row of none.
    valid = (lengths > 0)[:, None]
    return outputs, [torch.where(valid, after[0], before[0]) for after, before in zip(last, states, strict=True)]


def _rows(state, rows):
    """The rows of a state <float>[1, batch, units], or of several of them, in the given order."""
    if isinstance(state, (tuple, list)):
        return type(state)(_rows(part, rows) for part in state)
    return state.index_select(1, rows)


def _order(torch, mask, reverse):
    """<int>[batch, time]: the valid steps of each row in the order in which they run, then the masked ones."""
    if reverse:
        return mask.shape[1] - 1 - _order(torch, mask.flip(1), reverse=False)
    return torch.argsort(~mask, dim=1, stable=True)


def _parameters(torch, kind, weights, dtype):
    """The weights as PyTorch keeps them, [W^T, U^T, b, c]: views of one vector, which cuDNN takes without a copy."""
    kernel, recurrent_kernel, bias = (
        None if weight is None else ops.convert_to_tensor(weight).to(dtype) for weight in weights
    )
    parts = [matrix.T.chunk(len(_GATES[kind]), dim=0) for matrix in (kernel, recurrent_kernel)]
    if bias is not None:
        both = bias if bias.ndim == 2 else torch.stack([bias, torch.zeros_like(bias)])
        parts += [row.chunk(len(_GATES[kind]), dim=0) for row in both]
    ordered = [torch.cat([part[place] for place in _GATES[kind]]) for part in parts]
    vector = torch.cat([part.reshape(-1) for part in ordered])
    views = vector.split([part.numel() for part in ordered])
    return [view.view(part.shape) for view, part in zip(views, ordered, strict=True)]
