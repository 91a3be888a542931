"""Hostile pages for `services.clean.extract`: made of a kind and a seed, run in worker processes, shrunk to a fault."""
