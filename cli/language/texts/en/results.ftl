# Results
