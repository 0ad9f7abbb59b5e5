"""Lists made to be sent: the rows behind a card, each as CSV and XLSX, with what must be said."""
