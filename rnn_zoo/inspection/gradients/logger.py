"""GradientFlowLogger: callback that monitors the gradient through time."""

import importlib.util
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from rnn_zoo.inspection.gradients.advice import advise, verdict
from rnn_zoo.inspection.gradients.flow import GradientFlow, gradient_flow
from rnn_zoo.inspection.pictures.figures import draw_flow, write

PICTURE = "gradient_flow.png"


class GradientFlowLogger(keras.callbacks.Callback):
    """Computes the gradient flow of one batch after each epoch, and warns once if a gradient vanishes or explodes.

    Args:
        inputs, targets: a batch of training data, see `gradient_flow`.
        out: folder for `gradient_flow.png`, the figure of the last epoch.
        tensorboard: also writes the norms and the memory reach of each state to `out`/tensorboard.

    Attributes:
        flows: one GradientFlow per epoch.

    Raises:
        ImportError: `tensorboard` is true and TensorBoard is not installed.
    """

    def __init__(self, inputs: Any, targets: Any, out: str | Path, tensorboard: bool = False) -> None:
        super().__init__()
        if tensorboard and importlib.util.find_spec("tensorboard") is None:
            raise ImportError('`tensorboard=True` needs TensorBoard: pip install "rnn-zoo[tensorboard]"')
        self.inputs, self.targets, self.out = inputs, targets, Path(out)
        self.tensorboard = tensorboard
        self.flows: list[GradientFlow] = []
        self._writer: Any = None
        self._warned = False

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Computes, draws and logs the gradient flow."""
        flow = gradient_flow(self.model, self.inputs, self.targets)
        self.flows.append(flow)
        write(draw_flow(flow, title=f"Gradient through time after epoch {epoch + 1}"), self.out / PICTURE)
        if self.tensorboard:
            self._log(flow, epoch)
        faults = [advise(flow, place) for place in flow.entering if verdict(flow, place)]
        if faults and not self._warned:
            self._warned = True
            warnings.warn(f"Epoch {epoch + 1}: {' '.join(faults)}", stacklevel=2)

    def _log(self, flow: GradientFlow, epoch: int) -> None:
        import tensorflow as tf

        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self.out / "tensorboard" / "gradient_flow"))
        with self._writer.as_default(step=epoch):
            for name in flow.norms:
                profile = flow.profile(name)
                tf.summary.histogram(f"gradient_flow/{name}", profile)
                # A gradient that never falls that far reaches all steps.
                reach = flow.reach(name)
                tf.summary.scalar(f"memory_reach/{name}", len(profile) if reach is None else reach)
        self._writer.flush()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Closes the TensorBoard writer."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
