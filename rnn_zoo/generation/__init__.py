"""Generation: what tasks that generate text share: decoding, report, export with decoding inside, answers and page."""
