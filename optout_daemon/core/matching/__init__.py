"""Whose record it is: number, name and address as written against the customer master."""
