"""A training step of a PyTorch layer, with Keras's weights."""

import numpy as np
import torch

from benchmarks import machine
from benchmarks.steps import RATE

_LAYERS = {"vanilla": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
# Keras's gates in the order of PyTorch's: i f c o and i f g o are the same; z r h becomes r z n.
_GATES = {"vanilla": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}


class TorchStep:
    """See `benchmarks.steps`; a call runs one step.

    Args:
        cell: "vanilla", "lstm" or "gru".
        sizes: Sizes.
        inputs, targets: arrays.
        weights: list of arrays in Keras's layout, or None.
    """

    def __init__(self, cell, sizes, inputs, targets, weights):
        torch.set_num_threads(machine.cores())
        # As TensorFlow does: gradients that vanish over a thousand steps become denormal, which takes twice the time.
        torch.set_flush_denormal(True)
        self.gates = _GATES[cell]
        self.layer = _LAYERS[cell](sizes.features, sizes.units, batch_first=True)
        self.inputs = torch.tensor(inputs, requires_grad=True)
        self.targets = torch.tensor(targets)
        if weights is not None:
            self._set_weights(*weights)

    def _outputs(self):
        outputs, _ = self.layer(self.inputs)
        return outputs if self.targets.ndim == 3 else outputs[:, -1]

    def _step(self):
        self.inputs.grad = None
        loss = torch.nn.functional.mse_loss(self._outputs(), self.targets)
        loss.backward()
        with torch.no_grad():
            for weight in self.layer.parameters():
                weight.sub_(weight.grad, alpha=RATE)
                weight.grad = None
        return loss

    def __call__(self):
        return self._step().item()

    def probe(self):
        """Runs a step; dict of the outputs before it, the loss, dL/dx and the updates of the kernels, as arrays."""
        with torch.no_grad():
            outputs = self._outputs().numpy()
        before = self._kernels()
        loss = self._step().item()
        kernel, recurrent_kernel = (new - old for new, old in zip(self._kernels(), before, strict=True))
        return {
            "outputs": outputs,
            "loss": np.float32(loss),
            "the gradient of the inputs": self.inputs.grad.numpy(),
            "the update of the kernel": kernel,
            "the update of the recurrent kernel": recurrent_kernel,
        }

    def _set_weights(self, kernel, recurrent_kernel, bias):
        # Keras's GRU has one bias per product, like PyTorch's layers; Keras's other layers have one in all.
        bias, recurrent_bias = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
        arrays = (kernel.T, recurrent_kernel.T, bias, recurrent_bias)
        with torch.no_grad():
            for weight, array in zip(self.layer.parameters(), arrays, strict=True):
                weight.copy_(torch.from_numpy(self._reordered(array).copy()))

    def _kernels(self):
        # Swapping two gates is its own inverse.
        weights = (self.layer.weight_ih_l0, self.layer.weight_hh_l0)
        return [self._reordered(weight.detach().numpy()).T for weight in weights]

    def _reordered(self, rows):
        parts = np.split(rows, len(self.gates))
        return np.concatenate([parts[gate] for gate in self.gates])
