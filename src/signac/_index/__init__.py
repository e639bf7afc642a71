"""What is known of a workspace without reading it; always disposable."""
