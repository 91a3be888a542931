"""Stories: articles that tell the same one have the same `story_id`."""
