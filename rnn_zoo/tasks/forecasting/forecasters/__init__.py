"""Forecasters with one interface (fit, predict, backtest): naive methods, ridge regression and networks."""

from rnn_zoo.tasks.forecasting.forecasters.auto import Auto
from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecast, Forecaster
from rnn_zoo.tasks.forecasting.forecasters.intermittent import Intermittent
from rnn_zoo.tasks.forecasting.forecasters.naive import Drift, LastValue, SeasonalNaive
from rnn_zoo.tasks.forecasting.forecasters.network import Network
from rnn_zoo.tasks.forecasting.forecasters.ridge import Ridge
from rnn_zoo.tasks.forecasting.forecasters.smoothing import Smoothing

__all__ = [
    "Auto",
    "Drift",
    "Forecast",
    "Forecaster",
    "Intermittent",
    "LastValue",
    "Network",
    "Ridge",
    "SeasonalNaive",
    "Smoothing",
]
