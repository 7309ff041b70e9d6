"""Minimal GRU: MinGRUCell for one step, and the layer MinGRU, which trains in parallel over time."""

from collections.abc import Sequence

import keras
from keras import ops

from rnn_zoo.cells.linear_cell import LinearCell, log_positive, positive
from rnn_zoo.cells.linear_rnn import LinearRNN
from rnn_zoo.types import Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MinGRUCell(LinearCell):
    """One step of the minimal GRU: a GRU whose gate and candidate depend on the input only, not on the previous state.

        k_t, p_t = x_t W + b,  z_t = sigmoid(k_t)
        h_t = (1 - z_t) * h_(t-1) + z_t * g(p_t),  g(p) = p + 1/2 where p >= 0, else sigmoid(p)

    W is kernel [features, 2 * units] and b bias [2 * units], in the order k, p. g keeps the candidate positive, so that
    log h_t exists. The default h_0 is g(0) = 1/2.

    Args:
        units, use_bias, ..., dropout, seed: as in `LinearCell`. A negative bias of k gives a longer memory.

    Call arguments, returns, raises: as in `LinearCell`.

    Reference: Feng et al. 2024, "Were RNNs all we needed?", section 3.1 and appendix B.3.
    """

    projections = 2

    @staticmethod
    def gates(projected: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        z = ops.sigmoid(projected[0])
        return 1 - z, z * positive(projected[1])

    @staticmethod
    def log_gates(projected: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        k, p = projected
        return ops.log_sigmoid(-k), ops.log_sigmoid(k) + log_positive(p)


@keras.saving.register_keras_serializable(package="rnn_zoo")
class MinGRU(LinearRNN):
    """The minimal GRU over a sequence: h_t = (1 - z_t) * h_(t-1) + z_t * g(p_t) for t = 1 .. time, see `MinGRUCell`.

    Args:
        units, use_bias, ..., return_sequences, scan, ...: as in `LinearRNN`.

    Call arguments, returns, raises: as in `LinearRNN`.

    Reference: Feng et al. 2024, "Were RNNs all we needed?", section 3.1 and appendix B.3.
    """

    cell_class = MinGRUCell
