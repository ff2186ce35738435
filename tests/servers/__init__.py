"""Real servers on free loopback ports, and small scripted ones that fail where told, for the tests."""
