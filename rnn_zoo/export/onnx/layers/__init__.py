"""The ONNX form of each layer."""
