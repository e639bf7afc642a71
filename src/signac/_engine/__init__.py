"""Operations on one job directory, each with a written argument why it may be interrupted."""
