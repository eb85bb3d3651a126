"""What the rivals need of posts and pictures, beside the blocks of a FeatureSet."""
