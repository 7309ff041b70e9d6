"""Encoder-decoder parts: encoder, decoder, the bridge between them, attention."""
