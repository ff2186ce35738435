"""The sinks: outside systems that are told of every change of the suppression list, one module a kind."""
