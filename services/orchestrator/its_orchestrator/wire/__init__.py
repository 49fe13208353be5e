"""What of this service knows protos: convert, there and back."""
