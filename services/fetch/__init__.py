"""From URLs and feeds to pages, politely and safely."""
