"""Trained models as folders that answer raw text: `save` writes one, `load` opens it."""

from rnn_zoo.export.images_saving import save_images
from rnn_zoo.export.kinds import load
from rnn_zoo.export.music import save_music
from rnn_zoo.export.pretrained import Answer, Pretrained
from rnn_zoo.export.pretrained_music import PretrainedMusic
from rnn_zoo.export.pretrained_writer import PretrainedWriter, WrittenText
from rnn_zoo.export.saving import save
from rnn_zoo.export.series import save_series
from rnn_zoo.export.steps_saving import save_steps
from rnn_zoo.export.tag_saving import save_tagger
from rnn_zoo.export.writing import save_writer

__all__ = [
    "Answer",
    "Pretrained",
    "PretrainedMusic",
    "PretrainedWriter",
    "WrittenText",
    "load",
    "save",
    "save_images",
    "save_music",
    "save_series",
    "save_steps",
    "save_tagger",
    "save_writer",
]
