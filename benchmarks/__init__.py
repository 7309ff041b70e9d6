"""Speed and memory compared with Keras and PyTorch in one run; see README.md."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is imported
