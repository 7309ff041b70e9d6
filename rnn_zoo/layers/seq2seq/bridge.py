"""Bridge: maps encoder states to initial decoder states."""

from typing import Any

import keras
from keras import ops

from rnn_zoo.types import Tensor


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Bridge(keras.layers.Layer):
    """Initial states of one recurrence, by name, from the states of another or from a vector.

        t = s                                     if names and sizes of all states agree
        t_l/h = tanh([s] W + b),  t_l/c = [s] W + b     otherwise

    where [s] concatenates both directions' states of the same kind (else h; without h, all) in the layer at the same
    distance from the top; or is the vector.

    Args:
        targets: state name -> size.

    Call arguments:
        source: dict, name -> <float>[batch, units], as `Recurrent` returns it; or <float>[batch, features].

    Returns:
        dict, name -> <float>[batch, units], one entry for each of `targets`.
    """

    def __init__(self, targets: dict[str, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.targets = dict(targets)

    def build(self, source_shape: Any) -> None:
        self.maps = {}
        if self._matches(source_shape):
            return
        for name, units in self.targets.items():
            names = self._source_names(name, source_shape) if _is_dict(source_shape) else []
            shapes = [source_shape[part] for part in names] or [source_shape]
            activation = None if name.endswith("/c") else "tanh"  # the cell state of an LSTM is unbounded
            layer = keras.layers.Dense(units, activation, dtype=self.dtype_policy, name=name.replace("/", "_"))
            layer.build((None, sum(shape[-1] for shape in shapes)))
            self.maps[name] = layer

    def call(self, source: Tensor | dict[str, Tensor]) -> dict[str, Tensor]:
        if not self.maps:
            return {name: source[name] for name in self.targets}
        if not _is_dict(source):
            return {name: layer(source) for name, layer in self.maps.items()}
        return {
            name: layer(ops.concatenate([source[part] for part in self._source_names(name, source)], axis=-1))
            for name, layer in self.maps.items()
        }

    def _matches(self, shapes):
        return _is_dict(shapes) and {name: shape[-1] for name, shape in shapes.items()} == self.targets

    def _source_names(self, name, source):
        """Names of the source states that a target is computed from."""
        depth, source_depth = (1 + max(map(_layer, names)) for names in (self.targets, source))
        layer = min(max(source_depth - depth + _layer(name), 0), source_depth - 1)
        kinds = {_kind(part) for part in source}
        kinds = next(({kind} for kind in (_kind(name), "h") if kind in kinds), kinds)
        return sorted(part for part in source if _layer(part) == layer and _kind(part) in kinds)

    def compute_output_spec(self, source: Tensor | dict[str, Tensor]) -> dict[str, Any]:
        first: Any = next(iter(source.values())) if isinstance(source, dict) else source
        batch = first.shape[0]
        return {name: keras.KerasTensor((batch, units), self.compute_dtype) for name, units in self.targets.items()}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "targets": self.targets}


def _is_dict(source):
    return isinstance(source, dict)


def _kind(name):
    return name.rpartition("/")[2]


def _layer(name):
    return int(name.partition("/")[0].removeprefix("layer_"))
