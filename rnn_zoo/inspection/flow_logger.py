"""GradientFlowLogger: the gradient through time, watched in training."""

import importlib.util
import warnings
from pathlib import Path

import keras

from rnn_zoo.inspection.advice import advise, verdict
from rnn_zoo.inspection.figures import draw_flow, write
from rnn_zoo.inspection.gradients import gradient_flow

PICTURE = "gradient_flow.png"


class GradientFlowLogger(keras.callbacks.Callback):
    """Looks after each epoch how far back the gradient reaches on one batch, and warns once where it does not.

    Args:
        inputs, targets: a batch, as of `gradient_flow`; some rows of the training data.
        out: folder for `gradient_flow.png`, the picture of the last epoch.
        tensorboard: bool, writes the norms and the memory reach of each state to `out`/tensorboard too.

    Attributes:
        flows: list of GradientFlow, one an epoch.

    Raises:
        ImportError: `tensorboard` is wanted and not installed.
    """

    def __init__(self, inputs, targets, out, tensorboard=False):
        super().__init__()
        if tensorboard and importlib.util.find_spec("tensorboard") is None:
            raise ImportError('`tensorboard=True` needs TensorBoard: pip install "rnn-zoo[tensorboard]"')
        self.inputs, self.targets, self.out = inputs, targets, Path(out)
        self.tensorboard = tensorboard
        self.flows = []
        self._writer = None
        self._warned = False

    def on_epoch_end(self, epoch, logs=None):
        flow = gradient_flow(self.model, self.inputs, self.targets)
        self.flows.append(flow)
        write(draw_flow(flow, title=f"Gradient through time after epoch {epoch + 1}"), self.out / PICTURE)
        if self.tensorboard:
            self._log(flow, epoch)
        faults = [advise(flow, place) for place in flow.entering if verdict(flow, place)]
        if faults and not self._warned:
            self._warned = True
            warnings.warn(f"Epoch {epoch + 1}: {' '.join(faults)}", stacklevel=2)

    def _log(self, flow, epoch):
        import tensorflow as tf

        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self.out / "tensorboard" / "gradient_flow"))
        with self._writer.as_default(step=epoch):
            for name in flow.norms:
                profile = flow.profile(name)
                tf.summary.histogram(f"gradient_flow/{name}", profile)
                # Where it never falls so far, it reaches all steps there are.
                reach = flow.reach(name)
                tf.summary.scalar(f"memory_reach/{name}", len(profile) if reach is None else reach)
        self._writer.flush()

    def on_train_end(self, logs=None):
        if self._writer is not None:
            self._writer.close()
            self._writer = None
