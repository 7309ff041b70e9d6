"""Text preprocessing: vocabularies, tokenisation, batches, word vectors, tag schemes."""

import lazy_loader

# Each name is imported when it is first used: tag schemes, which layers need, do without TensorFlow.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
