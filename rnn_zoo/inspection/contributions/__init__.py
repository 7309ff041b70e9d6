"""Contributions of each input step to an answer: occlusion and integrated gradients."""
