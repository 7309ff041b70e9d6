"""Old class names of renamed layers, so that old `.keras` files still load.

Keras finds a layer by its registered name and its weights by its class name, hence one subclass for each old name.
"""

import keras

from rnn_zoo.layers.losses.language_model import LanguageModelLoss
from rnn_zoo.layers.losses.step_loss import StepLoss
from rnn_zoo.layers.losses.stream_loss import StreamLoss

OLD_NAMES = {
    name: keras.saving.register_keras_serializable(package="rnn_zoo")(type(name, (layer,), {"__doc__": layer.__doc__}))
    for name, layer in {"NextWords": LanguageModelLoss, "StepNats": StepLoss, "StreamNats": StreamLoss}.items()
}
