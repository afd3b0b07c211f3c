"""Operations on the warehouse: explain, verify, and a journal as a file."""
