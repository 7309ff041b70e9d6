"""Bridge: what was read as the states to start writing with."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="rnn_zoo")
class Bridge(keras.layers.Layer):
    """States for one recurrence, by name, from those of another or from a vector.

        t = s                           where names and sizes of all states agree
        t_l/h = tanh([s] W + b),  t_l/c = [s] W + b     elsewhere

    where [s] are the states of that kind (where there is none, h; without h, all) in the layer that is as far from the
    top, both directions side by side; or the vector.

    Args:
        targets: dict, name of a state -> int, its size.

    Call arguments:
        source: dict, name -> <float>[batch, units], as `Recurrent` returns it; or <float>[batch, features].

    Returns:
        dict, name -> <float>[batch, units], of `targets`.
    """

    def __init__(self, targets, **kwargs):
        super().__init__(**kwargs)
        self.targets = dict(targets)

    def build(self, source_shape):
        self.maps = {}
        if self._fits(source_shape):
            return
        for name, units in self.targets.items():
            names = self._parts(name, source_shape) if _named(source_shape) else []
            shapes = [source_shape[part] for part in names] or [source_shape]
            activation = None if name.endswith("/c") else "tanh"  # a cell's memory is not bounded
            layer = keras.layers.Dense(units, activation, dtype=self.dtype_policy, name=name.replace("/", "_"))
            layer.build((None, sum(shape[-1] for shape in shapes)))
            self.maps[name] = layer

    def call(self, source):
        if not self.maps:
            return {name: source[name] for name in self.targets}
        if not _named(source):
            return {name: layer(source) for name, layer in self.maps.items()}
        return {
            name: layer(ops.concatenate([source[part] for part in self._parts(name, source)], axis=-1))
            for name, layer in self.maps.items()
        }

    def _fits(self, shapes):
        return _named(shapes) and {name: shape[-1] for name, shape in shapes.items()} == self.targets

    def _parts(self, name, source):
        """The names of the states that a target is made from."""
        depth, source_depth = (1 + max(map(_layer, names)) for names in (self.targets, source))
        layer = min(max(source_depth - depth + _layer(name), 0), source_depth - 1)
        kinds = {_kind(part) for part in source}
        kinds = next(({kind} for kind in (_kind(name), "h") if kind in kinds), kinds)
        return sorted(part for part in source if _layer(part) == layer and _kind(part) in kinds)

    def compute_output_spec(self, source):
        batch = (next(iter(source.values())) if _named(source) else source).shape[0]
        return {name: keras.KerasTensor((batch, units), self.compute_dtype) for name, units in self.targets.items()}

    def get_config(self):
        return {**super().get_config(), "targets": self.targets}


def _named(source):
    return isinstance(source, dict)


def _kind(name):
    return name.rpartition("/")[2]


def _layer(name):
    return int(name.partition("/")[0].removeprefix("layer_"))
