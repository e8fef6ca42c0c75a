"""Evaluation: score methods, summarize, rank, and write tables and a comparison page."""
