"""The report of a text classifier: its scores beside baselines that do not read word order."""

from typing import Any

from rnn_zoo.evaluation.classification_report import classification_report
from rnn_zoo.run import Run
from rnn_zoo.tasks.text_classification.baselines import mean_embedding, ngram_evidence, tfidf_logistic_regression
from rnn_zoo.tasks.text_classification.dataset import TextDataset
from rnn_zoo.text import Vocabulary


def report_beside_baselines(
    run: Run, name: str, network: Any, vocabulary: Vocabulary, data: TextDataset, train_seconds: float
) -> dict[str, Any]:
    """Compares a network with TF-IDF, mean embeddings and its own n-gram evidence, where it has one.

    Args:
        run: whose split is reported, and whose folder the report goes to.
        name: the network's name in the report.
        network: keras.Model, ids <int>[batch, time] -> <float>[batch, classes].
        vocabulary: the words it knows.
        data: what it was trained on, and is now asked.
        train_seconds: seconds of its training.
    Returns:
        dict, the content of `metrics.json`.
    """
    # Baselines that are compared on the validation texts must not train on them.
    held_out = data.validation if len(data.validation) and run.split == "test" else None
    return classification_report(
        name,
        lambda texts: vocabulary.predict(network, texts),
        getattr(data, run.split),
        baselines=[
            tfidf_logistic_regression(data.train, run.seed, validation=held_out),
            mean_embedding(data.train, run.seed, validation=held_out),
            *ngram_evidence(network, vocabulary),
        ],
        names=data.labels,
        parameters=network.count_params(),
        train_seconds=train_seconds,
        split=run.split,
        out=run.out,
    )
