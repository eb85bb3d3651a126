"""Rankings for brands and influencers that were in no training."""
