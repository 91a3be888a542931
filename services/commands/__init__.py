"""The `newsloom` command line: each module here adds its commands to the one application."""
