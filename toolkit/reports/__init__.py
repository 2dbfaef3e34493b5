"""Results as people read them: tables, pictures, score cards, the workbook. Words are chosen here, figures are not."""
