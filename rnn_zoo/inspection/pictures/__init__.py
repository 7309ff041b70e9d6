"""Pictures: charts, figures and drawings of networks."""
