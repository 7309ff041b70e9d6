"""Time series: values at regular times, reading them from files, and windows of them."""
