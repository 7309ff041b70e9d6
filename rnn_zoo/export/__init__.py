"""Trained models as folders that answer raw text: `save` writes one, `load` opens it."""

from rnn_zoo.export.kinds import load
from rnn_zoo.export.pretrained import Answer, Pretrained
from rnn_zoo.export.pretrained_writer import PretrainedWriter, WrittenText
from rnn_zoo.export.saving import save
from rnn_zoo.export.writing import save_writer

__all__ = ["Answer", "Pretrained", "PretrainedWriter", "WrittenText", "load", "save", "save_writer"]
