"""Trained models as folders that answer raw text: `save` writes one, `load` opens it."""

from rnn_zoo.export.kinds import load
from rnn_zoo.export.pretrained import Answer, Pretrained
from rnn_zoo.export.saving import save

__all__ = ["Answer", "Pretrained", "load", "save"]
