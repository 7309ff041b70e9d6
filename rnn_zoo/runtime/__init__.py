"""Answers of exported models with ONNX Runtime alone: no TensorFlow, no Keras."""
