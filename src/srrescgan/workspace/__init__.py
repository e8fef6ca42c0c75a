"""The W&B dashboard of an experiment, or the report of a multirun, as code."""
