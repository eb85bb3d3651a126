"""From a data source to the vectors of each perspective: what chapters 02 to 04 and 08 call."""
