"""What several tests share; importable as `support` (pythonpath in pyproject.toml)."""
