"""From pages to articles: main text, metadata, language."""
