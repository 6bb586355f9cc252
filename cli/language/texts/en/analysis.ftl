# Analysis
