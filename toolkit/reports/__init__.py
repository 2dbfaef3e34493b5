"""Results as people read them: tables, pictures, score cards, the workbook. Words are chosen here, figures are not.

How the files are called in which they are written; whoever asks for a name alone loads nothing else.
"""

TABLES = ("indicators.csv", "values.csv", "scores.csv", "ranking.csv", "awards.csv", "problems.csv")
TOUCHED = "touched.csv"
WORKBOOK = "evaluation.xlsx"
MEETING_PAGE, ROBUSTNESS = "one_page.html", "robustness.xlsx"
"""The papers of the meeting."""
