"""The forms that ask for outputs: what stands in each, and how it is filled in again."""
