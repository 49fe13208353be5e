"""What pipelines are made of: items, strategies, functions, language models, and how each is registered and built."""
