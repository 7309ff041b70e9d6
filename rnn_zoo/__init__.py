"""rnn_zoo: recurrent networks for Keras 3, as a front, a recurrence and a head."""

import lazy_loader

from rnn_zoo import startup

__version__ = "0.1.0"

# The public names stand in __init__.pyi, for type checkers too; each is imported when it is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

startup.prepare()
