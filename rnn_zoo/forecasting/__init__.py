"""Forecasters: naive ones, ridge regression and networks behind the same verbs, fit, predict and backtest."""

from rnn_zoo.forecasting.forecaster import Forecast, Forecaster
from rnn_zoo.forecasting.naive import Drift, LastValue, SeasonalNaive
from rnn_zoo.forecasting.network import Network
from rnn_zoo.forecasting.ridge import Ridge

__all__ = ["Drift", "Forecast", "Forecaster", "LastValue", "Network", "Ridge", "SeasonalNaive"]
