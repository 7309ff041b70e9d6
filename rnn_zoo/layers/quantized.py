"""Saving layers whose inner layers were quantized."""


class KeepsQuantization:
    """For a layer made of Keras layers: after `quantize("int8")` on any of them it still loads from `.keras`.

    Keras writes how a layer is quantized into that layer's own configuration, which an outer layer, that makes its
    inner ones anew from its own arguments, would lose. Here it goes with the shapes that the layer was built for.
    """

    def get_build_config(self):
        config = super().get_build_config()
        modes = {
            layer.name: layer.quantization_mode
            for layer in self._flatten_layers(include_self=False)
            if getattr(layer, "quantization_mode", None)
        }
        return {**config, "quantized": modes} if modes else config

    def build_from_config(self, config):
        config = dict(config)
        modes = config.pop("quantized", {})
        super().build_from_config(config)
        for layer in self._flatten_layers(include_self=False):
            if layer.name in modes and not layer.quantization_mode:
                layer.quantize(modes[layer.name])
