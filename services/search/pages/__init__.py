"""The web page: rendered here, works without JavaScript, loads nothing from elsewhere."""
