# The public names of rnn_zoo: read by type checkers, and by `__init__.py` when a name is first used.
from . import (
    cells as cells,
)
from . import (
    datasets as datasets,
)
from . import (
    decoding as decoding,
)
from . import (
    evaluation as evaluation,
)
from . import (
    export as export,
)
from . import (
    inspection as inspection,
)
from . import (
    layers as layers,
)
from . import (
    tasks as tasks,
)
from . import (
    text as text,
)
from . import (
    topologies as topologies,
)
from . import (
    training as training,
)
from . import (
    zoo as zoo,
)
from .cells import (
    MinGRU as MinGRU,
)
from .cells import (
    MinGRUCell as MinGRUCell,
)
from .cells import (
    MinLSTM as MinLSTM,
)
from .cells import (
    MinLSTMCell as MinLSTMCell,
)
from .cells import (
    VanillaCell as VanillaCell,
)
from .cells import (
    VanillaRNN as VanillaRNN,
)
from .layers import (
    CELLS as CELLS,
)
from .layers import (
    CRF as CRF,
)
from .layers import (
    Characters as Characters,
)
from .layers import (
    Classes as Classes,
)
from .layers import (
    Decoder as Decoder,
)
from .layers import (
    Encoder as Encoder,
)
from .layers import (
    Frames as Frames,
)
from .layers import (
    Front as Front,
)
from .layers import (
    FutureSteps as FutureSteps,
)
from .layers import (
    Head as Head,
)
from .layers import (
    InstanceNorm as InstanceNorm,
)
from .layers import (
    JoinSegments as JoinSegments,
)
from .layers import (
    Labels as Labels,
)
from .layers import (
    MemoryAttention as MemoryAttention,
)
from .layers import (
    NextToken as NextToken,
)
from .layers import (
    NGramEvidence as NGramEvidence,
)
from .layers import (
    NGrams as NGrams,
)
from .layers import (
    OneHot as OneHot,
)
from .layers import (
    Quantiles as Quantiles,
)
from .layers import (
    Recurrent as Recurrent,
)
from .layers import (
    Segmented as Segmented,
)
from .layers import (
    SegRNN as SegRNN,
)
from .layers import (
    Tags as Tags,
)
from .layers import (
    TimeFeatures as TimeFeatures,
)
from .layers import (
    TimePooling as TimePooling,
)
from .layers import (
    Tokens as Tokens,
)
from .layers import (
    Values as Values,
)
from .layers import (
    Vectors as Vectors,
)
from .layers import (
    register_cell as register_cell,
)
from .tasks.inspecting import (
    inspect as inspect,
)
from .topologies import (
    Stream as Stream,
)
from .topologies import (
    Writer as Writer,
)
from .topologies import (
    encoder_decoder as encoder_decoder,
)
from .topologies import (
    many_to_many as many_to_many,
)
from .topologies import (
    many_to_one as many_to_one,
)
from .topologies import (
    one_to_many as one_to_many,
)
from .topologies import (
    one_to_one as one_to_one,
)
from .zoo import (
    create_model as create_model,
)
from .zoo import (
    find_pretrained as find_pretrained,
)
from .zoo import (
    list_models as list_models,
)
from .zoo import (
    load as load,
)
from .zoo import (
    register_model as register_model,
)

__version__: str
