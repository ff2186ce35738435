"""The review desk in a browser and the API for senders: pages, forms and JSON above the same stages as the daemon."""
