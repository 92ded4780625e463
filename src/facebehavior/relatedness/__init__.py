"""What is known between tasks: expert tables, and estimates from labelled data."""

from facebehavior.relatedness.du2014 import DU_2014

__all__ = ["DU_2014"]
