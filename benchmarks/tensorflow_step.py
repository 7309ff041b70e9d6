"""A training step of a Keras layer, as one TensorFlow graph."""

import tensorflow as tf

from benchmarks.steps import RATE


class TensorFlowStep:
    """See `benchmarks.steps`; a call runs one step.

    Args:
        layer: keras.layers.Layer, <float>[batch, time, features] -> outputs with the shape of the targets.
        inputs, targets: arrays.
        weights: list of arrays, or None.
        jit_compile: bool, XLA for the whole step.
    """

    def __init__(self, layer, inputs, targets, weights, jit_compile):
        layer.build(inputs.shape)
        if weights is not None:
            layer.set_weights(weights)
        self.layer = layer
        self.inputs = tf.constant(inputs)
        targets = tf.constant(targets)
        variables = [variable.value for variable in layer.trainable_variables]

        @tf.function(jit_compile=jit_compile)
        def step(inputs):
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                loss = tf.reduce_mean(tf.math.squared_difference(layer(inputs, training=True), targets))
            by_inputs, *by_weights = tape.gradient(loss, [inputs, *variables])
            for variable, gradient in zip(variables, by_weights, strict=True):
                variable.assign_sub(RATE * gradient)
            return loss, by_inputs  # only what is returned is computed

        self._step = step

    def __call__(self):
        return float(self._step(self.inputs)[0])

    def probe(self):
        """Runs a step; dict of the outputs before it, the loss, dL/dx and the updates of the kernels, as arrays."""
        outputs = self.layer(self.inputs, training=True).numpy()
        before = self.layer.get_weights()
        loss, by_inputs = self._step(self.inputs)
        kernel, recurrent_kernel, *_ = (new - old for new, old in zip(self.layer.get_weights(), before, strict=True))
        return {
            "outputs": outputs,
            "loss": loss.numpy(),
            "the gradient of the inputs": by_inputs.numpy(),
            "the update of the kernel": kernel,
            "the update of the recurrent kernel": recurrent_kernel,
        }
