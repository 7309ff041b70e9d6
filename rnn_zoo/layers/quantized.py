"""Saving and loading of layers with quantized inner layers."""

from typing import Any


class KeepsQuantization:
    """Mixin for a layer made of Keras layers: it loads from `.keras` after `quantize("int8")` on any of them.

    Keras stores the quantization mode in the inner layer's own configuration, which an outer layer loses, because it
    creates its inner layers from its own arguments. This mixin stores the modes in the build configuration.
    """

    def get_build_config(self) -> dict[str, Any]:
        parent: Any = super()
        config = parent.get_build_config()
        modes = {
            layer.name: layer.quantization_mode
            for layer in _inner_layers(self)
            if getattr(layer, "quantization_mode", None)
        }
        return {**config, "quantized": modes} if modes else config

    def build_from_config(self, config: dict[str, Any]) -> None:
        config = dict(config)
        modes = config.pop("quantized", {})
        parent: Any = super()
        parent.build_from_config(config)
        for layer in _inner_layers(self):
            if layer.name in modes and not layer.quantization_mode:
                layer.quantize(modes[layer.name])


def _inner_layers(layer: Any) -> Any:
    return layer._flatten_layers(include_self=False)
