"""The generator service: a model, its tokenizer and its chat template, sampled step by step over gRPC."""
