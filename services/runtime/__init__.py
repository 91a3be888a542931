"""What every service shares: settings, the stage loop, fates, metrics, logs, health."""
