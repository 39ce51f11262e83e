"""What a teacher hands out and asks: quizzes, the plan of a lesson, a sheet to print. Pure: text and data in, data and text out."""
