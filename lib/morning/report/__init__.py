"""What a chapter shows: tables, figures, sentences and exports."""
