"""Values and gradients on every backend, as NumPy."""

import keras
from keras import ops


def values_and_gradients(function, arrays, loss=ops.sum):
    """Returns (the values of `function(*arrays)`, the gradients of their `loss` with respect to each array)."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def both(*arrays):
            values = function(*arrays)
            return loss(values), values

        (_, values), found = jax.jit(jax.value_and_grad(both, argnums=tuple(range(len(arrays))), has_aux=True))(*arrays)
    elif backend == "torch":
        import torch

        arrays = [ops.copy(ops.convert_to_tensor(array)).detach().requires_grad_() for array in arrays]
        values = function(*arrays)
        found = torch.autograd.grad(loss(values), arrays)
    else:
        import tensorflow as tf

        arrays = [tf.convert_to_tensor(array) for array in arrays]
        with tf.GradientTape() as tape:
            tape.watch(arrays)
            values = function(*arrays)
            total = loss(values)
        found = tape.gradient(total, arrays)
    return keras.tree.map_structure(ops.convert_to_numpy, (values, list(found)))


def layer_values_and_gradients(layer, inputs, loss, by_inputs=False, **call):
    """Returns (the values of a layer, the gradients of their `loss` by its trainable weights, and by the inputs)."""
    backend = keras.backend.backend()
    trainable = [variable.value for variable in layer.trainable_variables]
    points = [*trainable, *([inputs] if by_inputs else [])]
    if backend == "jax":
        import jax

        fixed = [variable.value for variable in layer.non_trainable_variables]

        def both(points):
            point = points[-1] if by_inputs else inputs
            values, _ = layer.stateless_call(points[: len(trainable)], fixed, point, **call)
            return loss(values), values

        (_, values), found = jax.jit(jax.value_and_grad(both, has_aux=True))(points)
    elif backend == "torch":
        import torch

        if by_inputs:
            inputs = points[-1] = inputs.detach().requires_grad_()
        values = layer(inputs, **call)
        found = torch.autograd.grad(loss(values), points, allow_unused=True)
    else:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            if by_inputs:
                tape.watch(inputs)
            values = layer(inputs, **call)
            total = loss(values)
        found = tape.gradient(total, points)
        found = [tf.convert_to_tensor(one) if isinstance(one, tf.IndexedSlices) else one for one in found]
    found = [None if one is None else ops.convert_to_numpy(one) for one in found]
    return keras.tree.map_structure(ops.convert_to_numpy, values), found


def second_gradient(loss, array):
    """Differentiates the sum of squares of the first gradient."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return jax.grad(lambda array: ops.sum(jax.grad(loss)(array) ** 2))(array)
    if backend == "torch":
        import torch

        array = torch.tensor(array, requires_grad=True)
        (first,) = torch.autograd.grad(loss(array), array, create_graph=True)
        torch.sum(first**2).backward()
        return array.grad
    import tensorflow as tf

    array = tf.convert_to_tensor(array)
    with tf.GradientTape() as outer:
        outer.watch(array)
        with tf.GradientTape() as inner:
            inner.watch(array)
            value = loss(array)
        total = tf.reduce_sum(inner.gradient(value, array) ** 2)
    return outer.gradient(total, array)
