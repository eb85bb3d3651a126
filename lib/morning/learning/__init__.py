"""What every training shares: device, repetition, pairs, losses, dropout."""
