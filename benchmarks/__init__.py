"""What the library costs: ratios to references that are measured in the same run."""
