"""The ONNX form of models: each layer through ONNX's own operators, a file that ONNX Runtime answers from alone."""
