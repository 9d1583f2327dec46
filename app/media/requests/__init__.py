"""What can be asked of a decoder: plain values, so that those who only ask need not load a decoder."""
