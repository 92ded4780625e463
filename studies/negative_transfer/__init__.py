"""Negative transfer between expression, action units and affect, and what coupling does about it.

Run it with ``python -m studies.negative_transfer``; `study.yaml` says what is compared.
"""
