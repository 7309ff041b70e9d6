"""Forecasters: naive ones, ridge regression and networks behind the same verbs, fit, predict and backtest."""

from rnn_zoo.tasks.forecasting.forecasters.forecaster import Forecast, Forecaster
from rnn_zoo.tasks.forecasting.forecasters.naive import Drift, LastValue, SeasonalNaive
from rnn_zoo.tasks.forecasting.forecasters.network import Network
from rnn_zoo.tasks.forecasting.forecasters.ridge import Ridge

__all__ = ["Drift", "Forecast", "Forecaster", "LastValue", "Network", "Ridge", "SeasonalNaive"]
