"""Scores of forecasts, naive rules of forecasting, and skill over them: statistics alone, no runs and no files."""
