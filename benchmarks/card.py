"""Training steps on one card, with JAX: rnn_zoo, Keras, `jax.lax.associative_scan`, and PyTorch where it sees the card.

KERAS_BACKEND=jax python -m benchmarks.card

Needs JAX, Keras and the package; no TensorFlow.
"""

import csv
import importlib.metadata
import importlib.util
from pathlib import Path

import jax
import jax.numpy as jnp
import keras
import numpy as np

import rnn_zoo
from benchmarks.command import run
from benchmarks.sizes import Sizes
from benchmarks.timing import Contestant, interleave
from rnn_zoo.cells import linear_recurrence
from rnn_zoo.checks import one_of

CELLS = {"vanilla": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
PARALLEL = ("min_gru", "min_lstm")
SCAN = "linear"
COLUMNS = ("case", "contestant", "milliseconds", "lower_quartile", "upper_quartile", "samples", "ratio", "card")
RATE = 0.1


def main(
    *,
    cells: tuple[str, ...] = (*CELLS, *PARALLEL, SCAN),
    sizes: tuple[str, ...] = ("16/1000/128/128", "16/10000/128/128"),
    seconds: float = 4.0,
    out: Path = Path("results/card.csv"),
):
    """Times a training step of each cell; the ratio is against the fastest contestant that is not ours.

    Args:
        cells: cells of `Recurrent`, and "linear" for the bare linear recurrence h_t = a_t h_(t-1) + b_t.
        sizes: batch/time/features/units.
        seconds: timing of each case in seconds, without the warm-up.
        out: CSV file; replaced.
    """
    if keras.backend.backend() != "jax":
        raise ValueError(f"`KERAS_BACKEND` must be jax for this benchmark; got {keras.backend.backend()}.")
    for cell in cells:
        one_of("cells", cell, (*CELLS, *PARALLEL, SCAN))
    rows = []
    for size in map(Sizes.parse, sizes):
        for cell in cells:
            found = interleave(scans(size) if cell == SCAN else layers(cell, size), seconds=seconds)
            rows += [row(f"{cell} {size}", timing, found) for timing in found]
            print("; ".join(f"{one['contestant']} {one['milliseconds']} ms" for one in rows[-len(found) :]), flush=True)
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def layers(cell, size):
    """One recurrent layer in each library, the same data, loss and update -> list of `Contestant`."""
    generator = np.random.default_rng(0)
    inputs = generator.standard_normal((size.batch, size.time, size.features), "float32")
    targets = np.tanh(generator.standard_normal((size.batch, size.time, size.units), "float32"))
    found = [Contestant("rnn_zoo", layer_step(rnn_zoo.Recurrent(cell, size.units, seed=0), inputs, targets))]
    if cell in PARALLEL:  # another cell must be better than the GRU
        gru = rnn_zoo.Recurrent("gru", size.units, seed=0)
        return [*found, Contestant("GRU, rnn_zoo", layer_step(gru, inputs, targets), rival=True)]
    layer = CELLS[cell](size.units, return_sequences=True, seed=0)
    found.append(Contestant("Keras", layer_step(layer, inputs, targets), rival=True))
    if torch_on_card():
        found.append(Contestant("PyTorch", torch_step(cell, size, inputs, targets), rival=True))
    return found


def layer_step(layer, inputs, targets):
    """A training step of a Keras layer, compiled whole: w <- w - rate dL/dw, and dL/dx."""
    layer.build(inputs.shape)
    inputs, targets = jnp.asarray(inputs), jnp.asarray(targets)
    fixed = [variable.value for variable in layer.non_trainable_variables]

    def loss(weights, inputs):
        outputs, _ = layer.stateless_call(weights, fixed, inputs, training=True)
        return jnp.mean((outputs - targets) ** 2)

    @jax.jit
    def step(weights, inputs):
        value, (by_weights, by_inputs) = jax.value_and_grad(loss, (0, 1))(weights, inputs)
        return value, [weight - RATE * part for weight, part in zip(weights, by_weights, strict=True)], by_inputs

    state = [[variable.value for variable in layer.trainable_variables]]

    def call():
        value, state[0], _ = step(state[0], inputs)
        return float(value)

    return call


def scans(size):
    """The linear recurrence with its gradients dL/da, dL/db, dL/dh_0 -> list of `Contestant`."""
    generator = np.random.default_rng(0)
    shape = (size.time, size.batch, size.units)
    decay = jnp.asarray(generator.uniform(0.5, 1, shape), "float32")
    inputs = jnp.asarray(generator.uniform(0.1, 1, shape), "float32")
    initial = jnp.zeros(shape[1:], "float32")

    def associative(decay, inputs, initial):
        def combine(left, right):
            return left[0] * right[0], right[0] * left[1] + right[1]

        return jax.lax.associative_scan(combine, (decay, inputs.at[0].add(decay[0] * initial)))[1]

    def parallel(decay, inputs, initial):
        return linear_recurrence.parallel(jnp.log(decay), jnp.log(inputs), initial)

    def step(scan):
        def loss(decay, inputs, initial):
            return jnp.mean(scan(decay, inputs, initial) ** 2)

        compiled = jax.jit(jax.value_and_grad(loss, (0, 1, 2)))
        return lambda: float(compiled(decay, inputs, initial)[0])

    return [
        Contestant("rnn_zoo, sequential", step(linear_recurrence.sequential)),
        Contestant("rnn_zoo, parallel in log space", step(parallel)),
        Contestant("jax.lax.associative_scan", step(associative), rival=True),
    ]


def torch_on_card():
    """bool, whether PyTorch is installed and sees a card."""
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def torch_step(cell, size, inputs, targets):
    """The same step of PyTorch's layer, on cuDNN, in full float32."""
    import torch

    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    kind = {"vanilla": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell]
    layer = kind(size.features, size.units, batch_first=True).cuda()
    inputs = torch.tensor(inputs, device="cuda", requires_grad=True)
    targets = torch.tensor(targets, device="cuda")

    def call():
        inputs.grad = None
        loss = torch.nn.functional.mse_loss(layer(inputs)[0], targets)
        loss.backward()
        with torch.no_grad():
            for weight in layer.parameters():
                weight.sub_(weight.grad, alpha=RATE)
                weight.grad = None
        return loss.item()

    return call


def row(case, timing, found):
    """A row of the table: the median, the quartiles, and the best rival's median divided by this one."""
    best = min(other.milliseconds() for other in found if other.contestant.rival)
    median, lower, upper = (timing.milliseconds(quantile) for quantile in (0.5, 0.25, 0.75))
    return {
        "case": case,
        "contestant": timing.contestant.name,
        "milliseconds": f"{median:.4g}",
        "lower_quartile": f"{lower:.4g}",
        "upper_quartile": f"{upper:.4g}",
        "samples": len(timing.seconds),
        "ratio": f"{best / median:.3g}",
        "card": f"{jax.devices()[0].device_kind}, jax {importlib.metadata.version('jax')}",
    }


if __name__ == "__main__":
    run(main)
