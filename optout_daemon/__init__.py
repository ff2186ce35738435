"""Answers the opt-out inquiries that reach a company's customer desk by mail."""

__version__ = "0.1.0"
