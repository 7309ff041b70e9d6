"""Minimal LSTM: MinLSTMCell for one step, and the layer MinLSTM, which trains in parallel over time."""

from collections.abc import Sequence

import keras
from keras import ops

from rnn_zoo.cells.linear_cell import LinearCell, log_positive, positive
from rnn_zoo.cells.linear_rnn import LinearRNN
from rnn_zoo.types import Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MinLSTMCell(LinearCell):
    """One step of the minimal LSTM: gates and candidate depend on the input only, and the gates sum to 1.

        u_t, v_t, p_t = x_t W + b,  f_t = sigmoid(u_t),  i_t = sigmoid(v_t)
        h_t = f_t / (f_t + i_t) * h_(t-1) + i_t / (f_t + i_t) * g(p_t)

    with g of `MinGRUCell`. W is kernel [features, 3 * units] and b bias [3 * units], in the order u, v, p. There is no
    second state: without the output gate h is the cell state. The default h_0 is g(0) = 1/2.

    Args:
        units, use_bias, ..., dropout, seed: as in `LinearCell`. A positive bias of u gives a longer memory.

    Call arguments, returns, raises: as in `LinearCell`.

    Reference: Feng et al. 2024, "Were RNNs all we needed?", section 3.2 and appendix B.3.
    """

    projections = 3

    @staticmethod
    def gates(projected: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        i = ops.sigmoid(_log_ratio(projected))  # i / (f + i)
        return 1 - i, i * positive(projected[2])

    @staticmethod
    def log_gates(projected: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        ratio = _log_ratio(projected)
        return ops.log_sigmoid(-ratio), ops.log_sigmoid(ratio) + log_positive(projected[2])


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MinLSTM(LinearRNN):
    """The minimal LSTM over a sequence: h_t = f'_t * h_(t-1) + i'_t * g(p_t) for t = 1 .. time, see `MinLSTMCell`.

    Args:
        units, use_bias, ..., return_sequences, scan, ...: as in `LinearRNN`.

    Call arguments, returns, raises: as in `LinearRNN`.

    Reference: Feng et al. 2024, "Were RNNs all we needed?", section 3.2 and appendix B.3.
    """

    cell_class = MinLSTMCell


def _log_ratio(projected):
    """log(i / f), finite even where both gates underflow."""
    return ops.softplus(-projected[0]) - ops.softplus(-projected[1])
